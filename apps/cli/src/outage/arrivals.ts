/**
 * Calls at a constant rate, whatever became of the calls before, as users do: a server that is down does not make them come later.
 * Returns the way to stop.
 */
export function arrivals(everyMs: number, onArrival: () => void): () => void {
  const startedAt = performance.now();
  let count = 0;
  let timer: NodeJS.Timeout | undefined;
  function come(): void {
    // Those a late timer missed come now.
    for (; startedAt + count * everyMs <= performance.now(); count += 1) onArrival();
    timer = setTimeout(come, startedAt + count * everyMs - performance.now());
  }
  come();
  return () => clearTimeout(timer);
}
