/** No upstream has seen the request: another may have it, whatever it is. */
const unsent: ReadonlySet<string> = new Set(['POOL_ACQUIRE_TIMEOUT', 'POOL_OPEN_FAILED', 'POOL_OPEN_TIMEOUT', 'POOL_QUEUE_FULL']);

const late: ReadonlySet<string> = new Set(['HTTP_BODY_TIMEOUT', 'HTTP_HEADERS_TIMEOUT', 'HTTP_REQUEST_TIMEOUT']);

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}

export function isUnsent(error: unknown): boolean {
  return unsent.has(codeOf(error));
}

/** The upstream was lost before it had answered: what is idempotent may be sent to another. */
export function isLost(error: unknown): boolean {
  return codeOf(error) === 'HTTP_CONNECTION_LOST';
}

/** What the client is told (RFC 9110 §15.6). */
export function statusOf(error: unknown): 400 | 502 | 503 | 504 {
  const code = codeOf(error);
  if (code === 'UND_ERR_INVALID_ARG') return 400;
  if (unsent.has(code) || code === 'POOL_CLOSED') return 503;
  return late.has(code) ? 504 : 502;
}
