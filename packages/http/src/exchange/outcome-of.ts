import { errors } from 'undici/index.js';
import type { Outcome } from './verdicts.ts';

/** What an error says about the connection, for a request that was written. */
export function outcomeOf(
  error: unknown,
  about: {
    /** Its socket is gone: else somebody on this side gave up, and it is about to be. */
    readonly lost: boolean;
    /** The server may have closed it before the request came. */
    readonly hadIdled: boolean;
    /** The first byte of the response has come. */
    readonly answering: boolean;
  },
): Outcome {
  const { code } = describe(error);
  if (timeouts.has(code)) return 'timeout';
  if (!about.lost) return 'abort';
  if (isProtocolError(error)) return 'protocol';
  return about.hadIdled && !about.answering ? 'stale-reuse' : 'broken';
}

/** What the server said is no HTTP/1.1, or belongs to no request. Of the latter the engine speaks in words alone. */
export function isProtocolError(error: unknown): boolean {
  const { code, message } = describe(error);
  if (protocolErrors.has(code) || error instanceof errors.HTTPParserError) return true;
  return code === 'UND_ERR_SOCKET' && (message === 'bad response' || message === 'bad upgrade');
}

/** The engine closes after a complete response, because the connection is not persistent. */
export function isEngineClose(error: unknown): boolean {
  const { code, message } = describe(error);
  return code === 'UND_ERR_INFO' && message === 'reset';
}

const timeouts: ReadonlySet<string> = new Set(['UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT', 'HTTP_REQUEST_TIMEOUT']);

const protocolErrors: ReadonlySet<string> = new Set([
  'UND_ERR_RES_CONTENT_LENGTH_MISMATCH',
  'UND_ERR_HEADERS_OVERFLOW',
  'UND_ERR_RES_EXCEEDED_MAX_SIZE',
]);

function describe(error: unknown): { readonly code: string; readonly message: string } {
  if (!(error instanceof Error)) return { code: '', message: '' };
  return { code: 'code' in error && typeof error.code === 'string' ? error.code : '', message: error.message };
}
