import { type Backoff, exponential } from './backoff.ts';
import { type Clock, systemClock } from './clock.ts';
import { isConnectionError, OptionsError } from './errors.ts';
import { areMatchers, type ErrorMatcher, matches } from './matchers.ts';
import { checked } from './options.ts';

export interface RetryOptions {
  /** Errors worth another try. @default ConnectionError and its subclasses */
  readonly retryOn?: readonly ErrorMatcher[];
  /** Calls made are at most 1 + maxRetries. Integer >= 0 or Infinity. @default 3 */
  readonly maxRetries?: number;
  /** The delay before each further try. @default exponential() */
  readonly backoff?: Backoff;
  /** Stops between tries and during the delay; rejects with `signal.reason`. */
  readonly signal?: AbortSignal;
  /** Before each delay; where to log. One that throws ends the retrying with its error. */
  readonly onRetry?: (event: RetryEvent) => void;
  /** After the last try failed, or an error that is not in `retryOn`. */
  readonly onGiveUp?: (event: Omit<RetryEvent, 'delayMs'>) => void;
  /** @default the system's clock */
  readonly clock?: Clock;
}

export interface RetryEvent {
  /** The function's name. */
  readonly name: string;
  readonly error: unknown;
  /** The try that failed, counted from 1. */
  readonly attempt: number;
  readonly delayMs: number;
}

/**
 * Wraps a function so that it is called again when it fails for a reason that may pass. Around `pool.use`, the next try gets
 * another connection.
 */
export function retry<A extends readonly unknown[], R>(
  work: (...args: A) => R | PromiseLike<R>,
  options: RetryOptions = {},
): (...args: A) => Promise<R> {
  const { maxRetries = 3, backoff = exponential(), retryOn, signal, clock = systemClock } = options;
  if (typeof work !== 'function') throw new OptionsError('work', 'retry needs a function to call');
  if (!(Number.isInteger(maxRetries) || maxRetries === Infinity) || maxRetries < 0) {
    throw new OptionsError('maxRetries', `maxRetries must be an integer >= 0 or Infinity, not ${String(maxRetries)}`);
  }
  checked('backoff', backoff, typeof backoff === 'function', 'a function of the attempt');
  checked('retryOn', retryOn, retryOn === undefined || areMatchers(retryOn), 'an array of error classes or functions');
  const { name } = work;
  return async (...args) => {
    for (let attempt = 1; ; attempt++) {
      signal?.throwIfAborted();
      try {
        return await work(...args);
      } catch (error) {
        const worthwhile = retryOn === undefined ? isConnectionError(error) : matches(error, retryOn);
        if (!worthwhile || attempt > maxRetries) {
          options.onGiveUp?.({ name, error, attempt });
          throw error;
        }
        const delayMs = backoff(attempt);
        options.onRetry?.({ name, error, attempt, delayMs });
        await delay(delayMs, clock, signal);
      }
    }
  };
}

function delay(ms: number, clock: Clock, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = (): void => {
      alarm[Symbol.dispose]();
      reject(signal?.reason);
    };
    const alarm = clock.schedule(
      () => {
        signal?.removeEventListener('abort', abort);
        resolve();
      },
      ms,
      { keepAlive: true },
    );
    if (signal?.aborted) abort();
    else signal?.addEventListener('abort', abort, { once: true });
  });
}
