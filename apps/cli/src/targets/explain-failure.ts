import { OpenError } from '@pool/core';
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
  HTTP_PROTOCOL: 'the server does not speak HTTP/1.1',
};

/** In one line. */
export function explainFailure(error: unknown): string {
  const chain = causes(error);
  const known = chain.find((cause) => errorCode(cause) in words || explainsItself(cause));
  if (known !== undefined && !explainsItself(known)) return `${words[errorCode(known)]} (${errorCode(known)})`;
  // Whoever is told knows already that a pool could not open a connection.
  const told = known ?? (error instanceof OpenError ? (error.cause ?? error) : error);
  const message = told instanceof Error ? told.message : String(told);
  return message.split('\n', 1)[0] || errorCode(error);
}

/** Errors around TLS say what was going on when one of those came. */
function explainsItself(error: unknown): boolean {
  const code = errorCode(error);
  return code.startsWith('TLS_') || code === 'REFUSED_AFTER_HANDSHAKE';
}

/** The error and what it came from, the outermost first. */
function causes(error: unknown): readonly unknown[] {
  const chain: unknown[] = [];
  for (let next = error; next instanceof Error && !chain.includes(next); next = next.cause) chain.push(next);
  return chain;
}
