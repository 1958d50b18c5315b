/** A lost connection, in Node's words. Names from errno(3) and https://nodejs.org/api/errors.html. */
const lostConnection: ReadonlySet<unknown> = new Set([
  // The peer, or something between, ended it.
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ENETRESET',
  'ENOTCONN',
  'ESHUTDOWN',
  // The network between is gone, or keep-alive gave up.
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'EHOSTDOWN',
  'ENETUNREACH',
  'ENETDOWN',
  // A client that reconnects by itself could not.
  'ECONNREFUSED',
  'ERR_SOCKET_CONNECTION_TIMEOUT',
  // This side's socket was used after its end.
  'ERR_STREAM_PREMATURE_CLOSE',
  'ERR_STREAM_DESTROYED',
  'ERR_STREAM_WRITE_AFTER_END',
  'ERR_SOCKET_CLOSED',
  'ERR_SOCKET_CLOSED_BEFORE_CONNECTION',
]);

/**
 * Is this one of Node's own errors that mean "the connection is lost"? For clients that let them through; a `Wire` turns them into
 * `WireClosedError`. A matcher for `discardOn` and `brokenBy`.
 *
 * It does not look at `cause`: work that asked a second server and failed there (`fetch failed`, with the reason as cause) says
 * nothing about the connection it was lent, and would else cost one connection per call while that other server is down.
 */
export function isSocketError(error: unknown): error is NodeJS.ErrnoException {
  return typeof error === 'object' && error !== null && 'code' in error && lostConnection.has(error.code);
}
