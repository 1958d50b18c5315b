import { randomBytes } from 'node:crypto';
import { tcp, type Wire } from '@pool/net';
import { readUntil } from '../targets/read-until.ts';
import type { Target } from '../targets/target.ts';
import { ServerProcess } from './server-process.ts';

export interface EmbeddedServerOptions {
  /** Every answer leaves so much later. */
  readonly latencyMs: number;
  readonly timeoutMs: number;
}

/** The server this command brings along, in a process of its own, on one port of loopback for as long as this lives. */
export class EmbeddedServer implements AsyncDisposable {
  readonly #options: EmbeddedServerOptions;
  readonly #secret: string;
  readonly #port: number;
  #process: ServerProcess;
  #substitute: Promise<ServerProcess> | undefined;

  private constructor(options: EmbeddedServerOptions, secret: string, port: number, process: ServerProcess) {
    this.#options = options;
    this.#secret = secret;
    this.#port = port;
    this.#process = process;
  }

  static async start(options: EmbeddedServerOptions): Promise<EmbeddedServer> {
    const secret = randomBytes(16).toString('hex');
    const process = await ServerProcess.start();
    try {
      const port = await process.listen({ port: undefined, latencyMs: options.latencyMs, secret });
      return new EmbeddedServer(options, secret, port, process);
    } catch (error) {
      await process.kill();
      throw error;
    }
  }

  get name(): string {
    return `tcp://127.0.0.1:${this.#port}`;
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  /** Resolves when the process that serves now is gone, whoever ended it. */
  get ended(): Promise<void> {
    return this.#process.ended;
  }

  /** `workMs` undefined: requests that are answered at once; else such that keep the server busy for so long. */
  target(workMs?: number): Target<Wire> {
    const { timeoutMs } = this.#options;
    const secret = this.#secret;
    const [question, answer] = workMs === undefined ? ['PING\r\n', 'PONG'] : [`WORK ${workMs}\r\n`, 'DONE'];
    async function login(wire: Wire): Promise<void> {
      await readUntil(wire, 'READY', timeoutMs);
      await wire.write(`LOGIN ${secret}\r\n`, { timeoutMs });
      await readUntil(wire, 'OK', timeoutMs);
    }
    return {
      name: this.name,
      connector: tcp({ host: '127.0.0.1', port: this.#port }),
      init: [login],
      ask: async (wire, limitMs) => {
        await wire.write(question, { timeoutMs: limitMs });
        await readUntil(wire, answer, limitMs);
      },
    };
  }

  /** Start the process that will take over, so that its start is no part of the outage. */
  async prepareReturn(): Promise<void> {
    this.#substitute ??= ServerProcess.start();
    await this.#substitute;
  }

  kill(): Promise<void> {
    return this.#process.kill();
  }

  /** On the port it had; resolves when it takes connections again. @throws CliError when it cannot; it may be tried again */
  async comeBack(): Promise<void> {
    const starting = this.#substitute ?? ServerProcess.start();
    this.#substitute = undefined;
    this.#process = await starting;
    try {
      await this.#process.listen({ port: this.#port, latencyMs: this.#options.latencyMs, secret: this.#secret });
    } catch (error) {
      await this.#process.kill();
      throw error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // One that cannot even be started needs no end.
    const substitute = await this.#substitute?.catch(() => undefined);
    await Promise.all([this.#process.kill(), substitute?.kill()]);
  }
}
