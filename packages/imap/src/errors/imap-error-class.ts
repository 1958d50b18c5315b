import { type ErrorMatcher, isPoolError, type OpenVerdict } from '@pool/core';
import { errorClasses, type ImapErrorClass } from './error-classes.ts';
import { errorFacts } from './error-facts.ts';

/** How long nothing opens when a server asks for patience without a number, in milliseconds. */
const patienceMs = 60_000;

/** Codes of errors that only say what happened to an open; what it was is their cause. */
const wrappers: ReadonlySet<string> = new Set(['POOL_OPEN_FAILED', 'TLS_AUTH_UNAVAILABLE']);

/** What kind of error this is: the row of the table in the README. Looks through what the pool made of a failed open. */
export function imapErrorClass(error: unknown): ImapErrorClass {
  if (isPoolError(error) && wrappers.has(error.code) && error.cause !== undefined) return imapErrorClass(error.cause);
  const facts = errorFacts(error);
  return errorClasses.find(({ matches }) => matches(facts)) ?? errorClasses[errorClasses.length - 1] ?? errorClasses[0];
}

/**
 * Errors that cost a lent connection its place, besides ConnectionErrors. A matcher for `discardOn`, and for `retryOn` of `retry`. It looks at no
 * cause: work that asked another server and failed there says nothing about the connection it was lent.
 */
export const imapErrors: readonly ErrorMatcher[] = [(error) => !isPoolError(error) && imapErrorClass(error).lent === 'discard'];

/** What an open that failed with this means for the next one. */
export function verdictOf(error: unknown, capacityLimitMs: number): OpenVerdict | undefined {
  const own = isPoolError(error) ? error.openVerdict : undefined;
  if (own !== undefined) return own;
  switch (imapErrorClass(error).opening) {
    case 'limit':
      return { limitForMs: capacityLimitMs };
    case 'pause':
      return { pauseMs: errorFacts(error).throttledMs ?? patienceMs };
    case 'fatal':
      return 'fatal';
    default:
      return undefined;
  }
}
