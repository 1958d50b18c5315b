import { type ChildProcess, fork } from 'node:child_process';
import { failure } from '../cli-error.ts';
import type { ListenOrder, ServerReport } from './messages.ts';

/** Beside this file in the sources, beside the bundle in a build. */
const program = new URL(import.meta.url.endsWith('.ts') ? './server-main.ts' : './server-main.js', import.meta.url);

/** One process of the embedded server, until it is killed. */
export class ServerProcess {
  /** Resolves when it is gone, whoever ended it. */
  readonly ended: Promise<void>;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess) {
    this.#child = child;
    this.ended = new Promise((resolve) => {
      child.on('exit', () => resolve());
      child.on('error', () => {
        // It could not be started: there will be no exit.
        if (child.pid === undefined) resolve();
      });
    });
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Resolves once it runs; it listens when it is told to. */
  static async start(): Promise<ServerProcess> {
    // Its words are reports; what else it says would end up between ours.
    const server = new ServerProcess(fork(program, { stdio: ['ignore', 'ignore', 'ignore', 'ipc'] }));
    await server.#report('up');
    return server;
  }

  /** Resolves with the port. */
  async listen(order: ListenOrder): Promise<number> {
    const listening = this.#report('listening');
    this.#child.send(order);
    return (await listening).port;
  }

  /** SIGKILL: it is given no time to say goodbye. Resolves when it is gone. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.ended;
  }

  #report<K extends ServerReport['kind']>(kind: K): Promise<ServerReport & { readonly kind: K }> {
    const child = this.#child;
    return new Promise((resolve, reject) => {
      const settle = (): void => {
        child.off('message', onMessage);
        child.off('error', onError);
        child.off('exit', onExit);
      };
      const fail = (why: string, cause?: unknown): void => {
        settle();
        reject(failure(`the embedded server ${why}`, cause));
      };
      const onMessage = (message: ServerReport): void => {
        if (message.kind === 'failed') return fail(`cannot listen: ${message.message}`);
        if (message.kind !== kind) return;
        settle();
        resolve(message as ServerReport & { readonly kind: K });
      };
      const onError = (error: Error): void => fail(`cannot be started: ${error.message}`, error);
      const onExit = (): void => fail('ended by itself');
      child.on('message', onMessage);
      child.on('error', onError);
      child.on('exit', onExit);
    });
  }
}
