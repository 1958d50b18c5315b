import { retry } from '@pool/core';
import type { Way } from './way.ts';

/** Another way, asked again when a connection broke under the request: for requests that may be sent twice. */
export class Retried implements Way {
  readonly #way: Way;
  readonly #ask: () => Promise<void>;

  constructor(way: Way) {
    this.#way = way;
    this.#ask = retry(() => way.ask());
  }

  get opened(): number {
    return this.#way.opened;
  }

  get tries(): number {
    return this.#way.tries;
  }

  ask(): Promise<void> {
    return this.#ask();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#way[Symbol.asyncDispose]();
  }
}
