/** Without a pool, the limit for opening has to be kept by hand, and so has its error. */
export class OpenTimeoutError extends Error {
  readonly code = 'OPEN_TIMEOUT';

  constructor(timeoutMs: number) {
    super(`no connection was ready within ${timeoutMs} ms`);
  }
}
