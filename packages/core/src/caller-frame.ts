/** This package's own code, in its sources as well as built: frames in it tell a reader of a stack nothing. */
const own = decodeURI(new URL('.', import.meta.url).pathname);

/** The line of a stack where the caller's code begins. */
export function callerFrame(stack: string | undefined): string | undefined {
  const frames = stack?.split('\n').filter((line) => line.trimStart().startsWith('at ')) ?? [];
  const caller = frames.find((line) => !line.includes(own) && !line.includes('new Promise (<anonymous>)'));
  return caller?.trim();
}
