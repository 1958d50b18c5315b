import { type ChildProcess, fork } from 'node:child_process';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Reply, Request } from './messages.ts';
import type { Hotspot } from './profiling.ts';
import type { Sample } from './scenarios/scenario.ts';

/** How large V8's young generation may be. */
type YoungGeneration = keyof typeof semiSpaceFlags;

const semiSpaceFlags = {
  /** So large that a count of bytes is over before its first collection. */
  roomy: ['--min-semi-space-size=64', '--max-semi-space-size=64'],
  /** So small that it counts for nothing in the memory of the process: V8 grows it by 16 MiB, early or late, as garbage comes. */
  tiny: ['--max-semi-space-size=1'],
  usual: [],
} as const;

export interface Assignment {
  readonly scenario: string;
  readonly contestant: string;
  readonly size: string;
  readonly quick: boolean;
  /** @default 'usual' */
  readonly young?: YoungGeneration;
  /** Watched from the start, so that `profile-time` can be asked for. */
  readonly profiled?: boolean;
}

/** A process that measures one thing, when told to. */
export class WorkerProcess {
  /** Its contestant is made, and warmed up. */
  readonly ready: Promise<unknown>;
  readonly #child: ChildProcess;
  readonly #what: string;
  #answer: ((reply: Reply) => void) | undefined = undefined;
  #fail: ((error: Error) => void) | undefined = undefined;
  #ended: Error | undefined = undefined;

  constructor({ scenario, contestant, size, quick, young = 'usual', profiled }: Assignment) {
    const file = fileURLToPath(new URL(`./worker${extname(import.meta.url)}`, import.meta.url));
    this.#what = `${scenario} of ${contestant} at ${size}`;
    this.#child = fork(file, [scenario, contestant, size, quick ? 'quick' : 'full', profiled ? 'profiled' : ''], {
      execArgv: [...process.execArgv, '--expose-gc', ...semiSpaceFlags[young]],
      // What it says is told only if it fails: some contestants complain where nothing is wrong.
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    let said = '';
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(-4000);
    });
    this.#child.on('message', (reply: Reply) => this.#answer?.(reply));
    this.#child.on('error', (error) => this.#end(error));
    this.#child.on('close', (code, signal) => this.#end(new Error(`${this.#what} ended early (${signal ?? code})\n${said}`)));
    this.ready = this.#next();
    // Whoever waits for it hears of it; so does whoever asks it something later.
    this.ready.catch(() => {});
  }

  async measure(request: 'round' | 'bytes'): Promise<Sample> {
    const reply = await this.#ask(request);
    if (reply.kind !== 'sample') throw new Error(`${this.#what}: ${reply.kind}`);
    return reply.sample;
  }

  async profile(request: 'profile-time' | 'profile-heap'): Promise<readonly Hotspot[]> {
    const reply = await this.#ask(request);
    if (reply.kind !== 'hotspots') throw new Error(`${this.#what}: ${reply.kind}`);
    return reply.hotspots;
  }

  stop(): void {
    this.#fail = undefined;
    this.#child.kill('SIGKILL');
  }

  #end(error: Error): void {
    this.#ended = error;
    this.#fail?.(error);
  }

  #ask(request: Request): Promise<Reply> {
    const reply = this.#next();
    if (this.#ended !== undefined) this.#fail?.(this.#ended);
    else this.#child.send(request);
    return reply;
  }

  #next(): Promise<Reply> {
    return new Promise((resolve, reject) => {
      this.#fail = reject;
      this.#answer = (reply) => {
        if (reply.kind === 'failed') reject(new Error(`${this.#what}: ${reply.message}`));
        else resolve(reply);
      };
    });
  }
}
