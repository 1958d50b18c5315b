import { errors } from 'undici/index.js';

/** A request as the engine takes it. */
export interface EngineRequest {
  readonly path: unknown;
  readonly method: unknown;
  readonly headers: unknown;
  readonly body: unknown;
  readonly upgrade: unknown;
  readonly headersTimeout: unknown;
  readonly bodyTimeout: unknown;
  readonly reset: unknown;
}

/**
 * What the engine would refuse when the request gets a connection, said when it is queued: with the engine's own errors, so that it
 * makes no difference to the caller. Undefined when it is fine. Method and header names are tokens (RFC 9110 §5.6.2), values and path
 * carry no control characters (RFC 9110 §5.5, RFC 9112 §3.2): a line break in them would be a second request.
 */
export function checkRequest(request: EngineRequest): Error | undefined {
  const { path, method, headers, body, upgrade, headersTimeout, bodyTimeout, reset } = request;
  if (typeof path !== 'string') return invalid('path must be a string');
  if (path[0] !== '/' && !/^https?:\/\//.test(path) && method !== 'CONNECT') {
    return invalid('path must be an absolute URL or start with a slash');
  }
  if (outsidePath.test(path)) return invalid('invalid request path');
  if (typeof method !== 'string') return invalid('method must be a string');
  if (!token.test(method)) return invalid('invalid request method');
  if (upgrade && (typeof upgrade !== 'string' || outsideValue.test(upgrade))) return invalid('upgrade must be a string');
  if (!isTimeout(headersTimeout)) return invalid('invalid headersTimeout');
  if (!isTimeout(bodyTimeout)) return invalid('invalid bodyTimeout');
  if (reset !== undefined && reset !== null && typeof reset !== 'boolean') return invalid('invalid reset');
  if (!isBody(body)) {
    return invalid('body must be a string, a Buffer, a Readable stream, an iterable, or an async iterable');
  }
  return checkHeaders(headers);
}

function checkHeaders(headers: unknown): Error | undefined {
  if (headers === undefined || headers === null) return undefined;
  if (!Array.isArray(headers)) return invalid('headers must be an object or an array');
  if (headers.length % 2 !== 0) return invalid('headers array must be even');
  let hosts = 0;
  let lengths = 0;
  for (let at = 0; at < headers.length; at += 2) {
    const name: unknown = headers[at];
    const value: unknown = headers[at + 1];
    if (value === undefined) continue;
    if (typeof name !== 'string' || !token.test(name)) return invalid('invalid header key');
    for (const part of Array.isArray(value) ? value : [value]) {
      if (!isHeaderValue(part)) return invalid(`invalid ${name} header`);
    }
    switch (name.toLowerCase()) {
      case 'host':
        if (++hosts > 1) return invalid('duplicate host header');
        break;
      case 'content-length':
        if (++lengths > 1) return invalid('duplicate content-length header');
        if (!/^\d+$/.test(String(value))) return invalid('invalid content-length header');
        break;
      case 'transfer-encoding':
      case 'keep-alive':
      case 'upgrade':
        return invalid(`invalid ${name.toLowerCase()} header`);
      case 'expect':
        return new errors.NotSupportedError('expect header not supported');
    }
  }
  return undefined;
}

const token = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const outsidePath = /[^\u0021-\u00ff]/;
const outsideValue = /[^\t\x20-\x7e\x80-\xff]/;

function isHeaderValue(value: unknown): boolean {
  if (typeof value === 'string') return !outsideValue.test(value);
  return value === null || typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint';
}

function isTimeout(value: unknown): boolean {
  return value === undefined || value === null || (typeof value === 'number' && Number.isFinite(value) && value >= 0);
}

function isBody(body: unknown): boolean {
  if (body === undefined || body === null || typeof body === 'string') return true;
  if (typeof body !== 'object') return false;
  // FormData and Blob are told by what they can do, whichever copy of their class they are of.
  return (
    ArrayBuffer.isView(body) ||
    body instanceof ArrayBuffer ||
    Symbol.asyncIterator in body ||
    Symbol.iterator in body ||
    'stream' in body ||
    'arrayBuffer' in body ||
    ('pipe' in body && 'on' in body)
  );
}

function invalid(message: string): Error {
  return new errors.InvalidArgumentError(message);
}
