import { errorCode } from '../error-code.ts';

/** The failures people meet, in words. The code stays with them: it is what can be searched for. */
const words: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EADDRNOTAVAIL: 'this machine has no port left to connect from',
  EAI_AGAIN: 'the name of the host cannot be looked up now',
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'the server reset the connection',
  EHOSTUNREACH: 'no way to the host',
  EMFILE: 'this process may open no more connections',
  ENETUNREACH: 'no way to the network of the host',
  ENOENT: 'no such socket',
  ENOTFOUND: 'no such host',
  ENOTSOCK: 'not a socket',
  ETIMEDOUT: 'the host does not answer',
};

/** In one line. */
export function explainFailure(error: unknown): string {
  const known = causes(error).find((cause) => errorCode(cause) in words);
  if (known !== undefined) return `${words[errorCode(known)]} (${errorCode(known)})`;
  const message = error instanceof Error ? error.message : String(error);
  return message.split('\n', 1)[0] || errorCode(error);
}

/** The error and what it came from, the outermost first. */
function causes(error: unknown): readonly unknown[] {
  const chain: unknown[] = [];
  for (let next = error; next instanceof Error && !chain.includes(next); next = next.cause) chain.push(next);
  return chain;
}
