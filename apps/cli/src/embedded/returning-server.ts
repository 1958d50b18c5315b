import { setTimeout as delay } from 'node:timers/promises';
import type { Wire } from '@pool/net';
import type { Target } from '../targets/target.ts';
import { EmbeddedServer, type EmbeddedServerOptions } from './embedded-server.ts';

export interface ReturningServerOptions extends EmbeddedServerOptions {
  /** How long it stays away. */
  readonly downMs: number;
}

export type ServerChange =
  | { readonly kind: 'gone'; readonly backInMs: number }
  | { readonly kind: 'back'; readonly pid: number | undefined }
  | { readonly kind: 'stuck'; readonly error: unknown; readonly againInMs: number };

/** The embedded server with somebody who looks after it: whoever kills it, it is back on its port a while later. */
export class ReturningServer implements AsyncDisposable {
  onChange: (change: ServerChange) => void = () => {};
  readonly #server: EmbeddedServer;
  readonly #options: ReturningServerOptions;
  readonly #over = new AbortController();
  readonly #care: Promise<void>;
  #up = true;

  private constructor(server: EmbeddedServer, options: ReturningServerOptions) {
    this.#server = server;
    this.#options = options;
    this.#care = this.#lookAfter();
  }

  static async start(options: ReturningServerOptions): Promise<ReturningServer> {
    return new ReturningServer(await EmbeddedServer.start(options), options);
  }

  get name(): string {
    return this.#server.name;
  }

  /** Undefined while it is away. */
  get pid(): number | undefined {
    return this.#up ? this.#server.pid : undefined;
  }

  /** As `EmbeddedServer.target`. */
  target(workMs?: number): Target<Wire> {
    return this.#server.target(workMs);
  }

  async kill(): Promise<void> {
    if (this.#up) await this.#server.kill();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#over.abort();
    await this.#server[Symbol.asyncDispose]();
    await this.#care;
    // A return that was under way has come to its end meanwhile.
    await this.#server[Symbol.asyncDispose]();
  }

  async #lookAfter(): Promise<void> {
    const { downMs } = this.#options;
    const { signal } = this.#over;
    for (;;) {
      await this.#server.ended;
      if (signal.aborted) return;
      this.#up = false;
      this.onChange({ kind: 'gone', backInMs: downMs });
      while (!(await this.#comesBack()) && !signal.aborted);
      if (signal.aborted) return;
      this.#up = true;
      this.onChange({ kind: 'back', pid: this.#server.pid });
    }
  }

  async #comesBack(): Promise<boolean> {
    const { downMs } = this.#options;
    const { signal } = this.#over;
    try {
      await delay(downMs, undefined, { signal });
      await this.#server.comeBack();
      return true;
    } catch (error) {
      if (!signal.aborted) this.onChange({ kind: 'stuck', error, againInMs: downMs });
      return false;
    }
  }
}
