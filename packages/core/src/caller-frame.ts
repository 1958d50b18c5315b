/** This package's own code, in its sources as well as built: frames in it tell a reader of a stack nothing. */
const own = decodeURI(new URL('.', import.meta.url).pathname);

/** Code of the engine: V8 calls it `<anonymous>`, JavaScriptCore `native`. */
const builtIn = /\((?:<anonymous>|native[^)]*)\)$/;

/** The line of a stack where the caller's code begins. */
export function callerFrame(stack: string | undefined): string | undefined {
  const frames = stack?.split('\n').filter((line) => line.trimStart().startsWith('at ')) ?? [];
  const caller = frames.find((line) => !line.includes(own) && !builtIn.test(line));
  return caller?.trim();
}
