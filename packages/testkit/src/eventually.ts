export interface EventuallyOptions {
  /** What is waited for, for the message. @default the condition's source */
  readonly what?: string;
  /** @default 5_000 */
  readonly timeoutMs?: number;
}

/**
 * Resolves with what the condition returns, as soon as that is truthy. For states nobody announces; where there is an event, wait for that.
 * A condition that throws or rejects does not hold yet; its last error is the cause when time is up.
 */
export async function eventually<T>(
  condition: () => T | PromiseLike<T>,
  options: EventuallyOptions = {},
): Promise<NonNullable<T>> {
  const { timeoutMs = 5_000, what = String(condition) } = options;
  const start = performance.now();
  let last: unknown;
  let cause: unknown;
  for (let turn = 0; turn === 0 || performance.now() - start < timeoutMs; turn += 1) {
    try {
      last = await condition();
      cause = undefined;
      if (last) return last as NonNullable<T>;
    } catch (error) {
      cause = error;
    }
    // Most states are a few turns away; only the slow ones deserve a timer.
    await new Promise<void>((resolve) => {
      if (turn < 50) setImmediate(resolve);
      else setTimeout(resolve, 2);
    });
  }
  const found = cause === undefined ? `it was ${String(last)}` : `it threw ${String(cause)}`;
  throw new Error(
    `did not come true within ${timeoutMs} ms: ${what}; in the end ${found}`,
    cause === undefined ? undefined : { cause },
  );
}
