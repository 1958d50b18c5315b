import { type Connector, Pool, type PoolOptions, retry } from '@pool/core';
import type { Wire, WireOptions } from '@pool/net';
import { greet } from './adapter/greet.ts';
import { type Login, login } from './adapter/login.ts';
import { memcached } from './adapter/memcached.ts';
import { get } from './commands/get.ts';
import { remove } from './commands/remove.ts';
import { type SetOptions, set } from './commands/set.ts';
import { stats } from './commands/stats.ts';

export interface MemcachedOptions extends Partial<Omit<PoolOptions<Wire>, 'init'>> {
  /** Most connections. @default 4 */
  readonly max?: number;
  /** For servers that want one. @default none */
  readonly login?: Login;
  /** How long the server may take for each part of an answer. @default 1_000 */
  readonly answerTimeoutMs?: number;
}

export interface CallOptions {
  /** Gives up waiting for a connection, or for the answer. */
  readonly signal?: AbortSignal;
}

type Command<R> = (wire: Wire, limits: WireOptions) => Promise<R>;

/** A memcached client on a pool of ready connections. Reading is tried again on another connection; what writes is the caller's to repeat. */
export class Memcached implements AsyncDisposable {
  readonly pool: Pool<Wire>;
  readonly #answerTimeoutMs: number;

  /** @param transport how to reach it: `tcp({ port: 11211 })` */
  constructor(transport: Connector<Wire>, { login: words, answerTimeoutMs = 1_000, ...options }: MemcachedOptions = {}) {
    this.#answerTimeoutMs = answerTimeoutMs;
    this.pool = new Pool(memcached(transport), {
      name: 'memcached',
      max: 4,
      ...options,
      init: words === undefined ? greet : login(words),
    });
  }

  get(key: string, options?: CallOptions): Promise<Buffer | undefined> {
    return this.#read((wire, limits) => get(wire, key, limits), options);
  }

  set(key: string, value: string | Uint8Array, options: SetOptions & CallOptions = {}): Promise<void> {
    return this.#ask((wire, limits) => set(wire, key, value, options, limits), options);
  }

  /** False when there was none. */
  delete(key: string, options?: CallOptions): Promise<boolean> {
    return this.#ask((wire, limits) => remove(wire, key, limits), options);
  }

  stats(options?: CallOptions): Promise<ReadonlyMap<string, string>> {
    return this.#read(stats, options);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.pool.close();
  }

  #ask<R>(command: Command<R>, options: CallOptions = {}): Promise<R> {
    return this.pool.use((wire, { signal }) => command(wire, { signal, timeoutMs: this.#answerTimeoutMs }), options);
  }

  #read<R>(command: Command<R>, options: CallOptions = {}): Promise<R> {
    return retry(() => this.#ask(command, options), options)();
  }
}
