import { isConnectionError } from '@pool/core';
import { isSocketError } from '@pool/net';

/** What can be told of an error of a client, or of opening one. */
export interface ErrorFacts {
  /** imapflow's, Node's or the pool's own. */
  readonly code: string;
  /** How the server ended the command: 'NO', 'BAD' or 'BYE'; empty when it did not. */
  readonly status: string;
  /** The server's words, its response code in front: `[LIMIT] Maximum number of connections from user+IP exceeded`. */
  readonly words: string;
  /** It came instead of a login, or instead of a greeting. */
  readonly loggingIn: boolean;
  /** The server asked for so much patience. */
  readonly throttledMs: number | undefined;
  /** A ConnectionError, or one of Node's for a lost connection. */
  readonly lost: boolean;
}

export function errorFacts(error: unknown): ErrorFacts {
  const object: object = typeof error === 'object' && error !== null ? error : {};
  const code = text(object, 'code');
  const throttled: unknown = Reflect.get(object, 'throttleReset');
  const message = text(object, 'message');
  return {
    code,
    status: text(object, 'responseStatus'),
    words: serverWords(object),
    // The last one has neither a code nor a mark.
    loggingIn:
      Reflect.get(object, 'authenticationFailed') === true ||
      /^ClosedAfterConnect/.test(code) ||
      message === 'Unsupported authentication mechanism',
    throttledMs: typeof throttled === 'number' ? throttled : undefined,
    lost: isConnectionError(error) || isSocketError(error),
  };
}

/** imapflow keeps them in one of three places; `response` is a parse tree until a login has failed with it. */
function serverWords(error: object): string {
  const code = text(error, 'serverResponseCode');
  const words = ['responseText', 'response', 'reason'].map((name) => text(error, name)).find((value) => value !== '') ?? '';
  return code === '' || words.includes(`[${code}`) ? words : `[${code}] ${words}`;
}

function text(error: object, name: string): string {
  const value: unknown = Reflect.get(error, name);
  return typeof value === 'string' ? value : '';
}
