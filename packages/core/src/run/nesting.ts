import type { Lease } from '../lease.ts';

interface Frame<T> {
  readonly outer: Frame<T> | undefined;
  lease: Lease<T> | undefined;
}

interface Storage<S> {
  getStore(): S | undefined;
  enterWith(store: S): void;
}

/**
 * Remembers which leases an asynchronous context has, so that a caller that waits for a second connection while it holds a first
 * can be told what it did: two of them deadlock a pool of two.
 */
export class Nesting<T> {
  readonly #storage: Storage<Frame<T>>;

  private constructor(storage: Storage<Frame<T>>) {
    this.#storage = storage;
  }

  /** Undefined where the runtime cannot track asynchronous contexts. */
  static start<T>(): Nesting<T> | undefined {
    // Asked for at run time: this package imports no module of Node's.
    const runtime = (globalThis as { process?: { getBuiltinModule?(id: string): unknown } }).process;
    const hooks = runtime?.getBuiltinModule?.('node:async_hooks') as
      | { readonly AsyncLocalStorage: new () => Storage<Frame<T>> }
      | undefined;
    return hooks === undefined ? undefined : new Nesting(new hooks.AsyncLocalStorage());
  }

  /** A lease that this context holds; undefined when there is none. */
  held(): Lease<T> | undefined {
    for (let frame = this.#storage.getStore(); frame !== undefined; frame = frame.outer) {
      if (frame.lease?.active) return frame.lease;
    }
    return undefined;
  }

  /** This context asks for one; the answer is to be called with it. */
  asks(): (lease: Lease<T>) => void {
    const outer = this.#storage.getStore();
    // Frames whose lease has ended say nothing any more: without this a loop would grow a chain.
    const frame: Frame<T> = { outer: outer?.lease === undefined || outer.lease.active ? outer : outer.outer, lease: undefined };
    this.#storage.enterWith(frame);
    return (lease) => {
      frame.lease = lease;
    };
  }
}
