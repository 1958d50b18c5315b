import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A process of its own, with which messages are exchanged. It ends when this one does. */
export class Child<Sent extends object, Received extends object> {
  readonly #process: ChildProcess;
  readonly #what: string;
  readonly #received: Received[] = [];
  #said = '';
  #wake: () => void = () => {};

  /** @param name of a file beside this one, without its extension: it is run from the sources, or built, as this one is */
  constructor(name: string, args: readonly string[]) {
    this.#what = [name, ...args].join(' ');
    this.#process = fork(fileURLToPath(new URL(`./${name}${extname(import.meta.url)}`, import.meta.url)), args, {
      // What it says is told only if it fails: some contestants complain where nothing is wrong.
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    this.#process.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#said = (this.#said + text).slice(-4000);
    });
    this.#process.on('message', (message: Received) => {
      this.#received.push(message);
      this.#wake();
    });
    this.#process.on('error', () => this.#wake());
    this.#process.on('exit', () => this.#wake());
    this.#process.on('disconnect', () => this.#wake());
  }

  send(message: Sent): void {
    if (this.#process.connected) this.#process.send(message);
  }

  /** @throws when it ended, or said nothing, within `timeoutMs` */
  async next(timeoutMs: number): Promise<Received> {
    const giveUpAt = performance.now() + timeoutMs;
    for (;;) {
      const message = this.#received.shift();
      if (message !== undefined) return message;
      const leftMs = giveUpAt - performance.now();
      if (leftMs <= 0) throw new Error(`${this.#what} said nothing for ${timeoutMs} ms\n${this.#said}`);
      if (this.#ended)
        throw new Error(`${this.#what} ended early (${this.#process.signalCode ?? this.#process.exitCode})\n${this.#said}`);
      await new Promise<void>((resolve) => {
        const limit = setTimeout(resolve, leftMs);
        this.#wake = () => {
          clearTimeout(limit);
          resolve();
        };
      });
    }
  }

  /** Whether it ends by itself within this time, once nobody talks to it any more; it is killed otherwise. */
  async endsWithin(timeoutMs: number): Promise<boolean> {
    if (this.#process.connected) this.#process.disconnect();
    const limit = setTimeout(() => this.#process.kill('SIGKILL'), timeoutMs);
    if (!this.#ended) await once(this.#process, 'exit');
    clearTimeout(limit);
    return this.#process.signalCode === null;
  }

  kill(): void {
    this.#process.kill('SIGKILL');
  }

  /** Its last words may come after it has exited: they are heard once the channel is closed. */
  get #ended(): boolean {
    return !this.#process.connected && (this.#process.exitCode !== null || this.#process.signalCode !== null);
  }
}
