import { refusePromise } from './contain.ts';

/** Names a kind of error: by its class, or by a function that recognises it. */
export type ErrorMatcher = (abstract new (...args: never[]) => Error) | ((error: unknown) => boolean);

/**
 * Does any of the matchers recognise this error? A matcher that throws recognises nothing; hear of it through `onFault`.
 */
export function matches(error: unknown, matchers: readonly ErrorMatcher[], onFault?: (fault: unknown) => void): boolean {
  for (const matcher of matchers) {
    if (isErrorClass(matcher)) {
      if (error instanceof matcher) return true;
      continue;
    }
    try {
      const answer = matcher(error);
      const wrong = answer === true ? undefined : refusePromise(answer, 'a matcher', 'true or false');
      if (wrong !== undefined) onFault?.(wrong);
      else if (answer) return true;
    } catch (fault) {
      onFault?.(fault);
    }
  }
  return false;
}

function isErrorClass(matcher: ErrorMatcher): matcher is abstract new (...args: never[]) => Error {
  return matcher === Error || matcher.prototype instanceof Error;
}

export function areMatchers(value: unknown): boolean {
  return Array.isArray(value) && value.every((matcher) => typeof matcher === 'function');
}
