/**
 * The items of all of them, as they come. All are begun at once: what bounds them is whatever they wait for. Leaving the loop ends them all.
 * @throws what the first of them throws
 */
export async function* sideBySide<T>(sources: readonly AsyncIterable<T>[]): AsyncGenerator<T, void, undefined> {
  const iterators = sources.map((source) => source[Symbol.asyncIterator]());
  const pending = new Map(iterators.map((iterator) => [iterator, next(iterator)]));
  try {
    while (pending.size > 0) {
      const { iterator, result } = await Promise.race(pending.values());
      if (result.done === true) {
        pending.delete(iterator);
      } else {
        pending.set(iterator, next(iterator));
        yield result.value;
      }
    }
  } finally {
    // Each when its present step is over, which nobody waits for.
    for (const iterator of pending.keys()) iterator.return?.().catch(() => {});
  }
}

interface Step<T> {
  readonly iterator: AsyncIterator<T>;
  readonly result: IteratorResult<T>;
}

function next<T>(iterator: AsyncIterator<T>): Promise<Step<T>> {
  const step = iterator.next().then((result) => ({ iterator, result }));
  // It is looked at in its turn, or not any more.
  step.catch(() => {});
  return step;
}
