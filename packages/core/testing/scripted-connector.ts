import type { CloseContext, Connector, OpenContext } from '../src/connector.ts';

interface Opening<T> {
  readonly context: OpenContext;
  readonly resolve: (connection: T) => void;
  readonly reject: (error: unknown) => void;
}

/** Every open waits until the test says how it ends. */
export class ScriptedConnector<T> implements Connector<T> {
  readonly #openings: Opening<T>[] = [];
  readonly #watchers = new Map<T, (error?: unknown) => void>();
  /** What was closed or destroyed, in order. */
  readonly closed: T[] = [];
  /** The reasons the pool gave, in the same order. */
  readonly reasons: string[] = [];
  /** Opens asked for so far. */
  opens = 0;

  /** Opens that wait for the test. */
  get opening(): number {
    return this.#openings.length;
  }

  /** What the pool said with each open that waits. */
  get contexts(): readonly OpenContext[] {
    return this.#openings.map(({ context }) => context);
  }

  open(context: OpenContext): Promise<T> {
    this.opens++;
    return new Promise((resolve, reject) => {
      this.#openings.push({ context, resolve, reject });
    });
  }

  close(connection: T, { reason }: CloseContext): void {
    this.closed.push(connection);
    this.reasons.push(reason);
  }

  watch(connection: T, onBroken: (error?: unknown) => void): () => void {
    this.#watchers.set(connection, onBroken);
    return () => {
      this.#watchers.delete(connection);
    };
  }

  /** Connections whose death the pool would hear of. */
  get watched(): number {
    return this.#watchers.size;
  }

  /** The oldest open that waits succeeds. */
  succeed(connection: T): void {
    this.#next().resolve(connection);
  }

  /** The oldest open that waits fails. */
  fail(error: unknown): void {
    this.#next().reject(error);
  }

  /** The peer is gone: what a watcher sees. */
  kill(connection: T, error?: unknown): void {
    this.#watchers.get(connection)?.(error);
  }

  #next(): Opening<T> {
    const opening = this.#openings.shift();
    if (opening === undefined) throw new Error('no open waits for the test');
    return opening;
  }
}
