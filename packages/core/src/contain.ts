/**
 * An async function is welcome wherever nothing is expected back, so what it rejects with has to be somebody's: nobody else would
 * look, and an unhandled rejection ends the process.
 */
export function contain(answer: unknown, onRejected: (error: unknown) => void): void {
  if (isPromiseLike(answer)) Promise.resolve(answer).then(undefined, onRejected);
}

/** For hooks that have to answer at once: a promise is no answer, whatever becomes of it. Undefined when it is none. */
export function refusePromise(answer: unknown, hook: string, wanted: string): TypeError | undefined {
  if (!isPromiseLike(answer)) return undefined;
  contain(answer, () => {});
  return new TypeError(`${hook} answered a promise, not ${wanted}`);
}

function isPromiseLike(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && typeof (value as { readonly then?: unknown }).then === 'function';
}
