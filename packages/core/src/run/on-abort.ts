/**
 * Calls back when the signal aborts; returns the way to stop listening. However many wait for one signal (that of a shutdown, say),
 * it has one listener: Node warns of a leak at eleven, and looks at all there are for each that comes or goes.
 */
export function onAbort(signal: AbortSignal, callback: () => void): () => void {
  let listener = listeners.get(signal);
  if (listener === undefined) {
    listener = new SharedListener(signal);
    listeners.set(signal, listener);
  }
  return listener.add(callback);
}

const listeners = new WeakMap<AbortSignal, SharedListener>();

class SharedListener {
  readonly #signal: AbortSignal;
  readonly #calls = new Set<{ readonly callback: () => void }>();

  constructor(signal: AbortSignal) {
    this.#signal = signal;
  }

  add(callback: () => void): () => void {
    const call = { callback };
    if (this.#calls.size === 0) this.#signal.addEventListener('abort', this);
    this.#calls.add(call);
    return () => {
      if (this.#calls.delete(call) && this.#calls.size === 0) this.#signal.removeEventListener('abort', this);
    };
  }

  handleEvent(): void {
    const calls = [...this.#calls];
    this.#signal.removeEventListener('abort', this);
    // One that was called back may have made another give up.
    for (const call of calls) if (this.#calls.delete(call)) call.callback();
  }
}
