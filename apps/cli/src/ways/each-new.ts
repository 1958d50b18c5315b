import type { OpenContext } from '@pool/core';
import type { Target } from '../targets/target.ts';
import { OpenTimeoutError } from './open-timeout-error.ts';
import type { Way } from './way.ts';

/** Without a pool: open, make ready, ask, close. */
export class EachNew<T> implements Way {
  opened = 0;
  tries = 0;
  readonly #target: Target<T>;
  readonly #timeoutMs: number;

  constructor(target: Target<T>, timeoutMs: number) {
    this.#target = target;
    this.#timeoutMs = timeoutMs;
  }

  async ask(): Promise<void> {
    const { connector, ask } = this.#target;
    const connection = await this.#limited((signal) => this.#open(signal));
    try {
      await ask(connection, this.#timeoutMs);
    } catch (error) {
      connector.destroy?.(connection);
      throw error;
    }
    await this.#limited(async (signal) => connector.close?.(connection, { reason: 'discarded', graceful: true, signal }));
  }

  async [Symbol.asyncDispose](): Promise<void> {}

  /** As a pool opens: everything that makes it ready is part of it. */
  async #open(signal: AbortSignal): Promise<T> {
    const { connector, init } = this.#target;
    const context: OpenContext = { signal, attempt: 1, poolName: 'none' };
    this.tries += 1;
    const connection = await connector.open(context);
    try {
      for (const hook of init) await hook(connection, context);
    } catch (error) {
      connector.destroy?.(connection);
      throw error;
    }
    this.opened += 1;
    return connection;
  }

  async #limited<R>(work: (signal: AbortSignal) => Promise<R>): Promise<R> {
    const controller = new AbortController();
    const timer = setTimeout(() => controller.abort(new OpenTimeoutError(this.#timeoutMs)), this.#timeoutMs);
    try {
      return await work(controller.signal);
    } finally {
      clearTimeout(timer);
    }
  }
}
