import type { Readable } from 'node:stream';

/** Tells of a body's failure while the engine does not listen to it yet: it would end the process. Returns the way to stop. */
export function watchBody(body: unknown, onError: (error: Error) => void): (() => void) | undefined {
  if (!isStream(body)) return undefined;
  body.on('error', onError);
  return () => body.off('error', onError);
}

function isStream(body: unknown): body is Readable {
  return typeof body === 'object' && body !== null && 'pipe' in body && 'on' in body && typeof body.on === 'function';
}
