import { type ChildProcess, fork } from 'node:child_process';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Reply, Request } from './messages.ts';
import type { Hotspot } from './profiling.ts';
import type { Sample } from './scenarios/scenario.ts';

/** So large a young generation that a count of bytes is over before its first collection. */
const roomy = ['--min-semi-space-size=64', '--max-semi-space-size=64'];

export interface Assignment {
  readonly scenario: string;
  readonly contestant: string;
  readonly size: string;
  readonly quick: boolean;
  /** To count bytes, not time. */
  readonly roomy?: boolean;
  /** Watched from the start, so that `profile-time` can be asked for. */
  readonly profiled?: boolean;
}

/** A process that measures one thing, when told to. */
export class WorkerProcess {
  readonly #child: ChildProcess;
  readonly #what: string;
  #answer: ((reply: Reply) => void) | undefined = undefined;
  #fail: ((error: Error) => void) | undefined = undefined;
  #ended: Error | undefined = undefined;

  private constructor(child: ChildProcess, what: string) {
    this.#child = child;
    this.#what = what;
    child.on('message', (reply: Reply) => this.#answer?.(reply));
    const end = (error: Error): void => {
      this.#ended = error;
      this.#fail?.(error);
    };
    child.on('exit', (code, signal) => end(new Error(`${what} ended early (${signal ?? code})`)));
    child.on('error', end);
  }

  /** Resolves when its contestant is made and warmed up. */
  static async start(assignment: Assignment): Promise<WorkerProcess> {
    const { scenario, contestant, size, quick } = assignment;
    const file = fileURLToPath(new URL(`./worker${extname(import.meta.url)}`, import.meta.url));
    const child = fork(file, [scenario, contestant, size, quick ? 'quick' : 'full', assignment.profiled ? 'profiled' : ''], {
      execArgv: [...process.execArgv, '--expose-gc', ...(assignment.roomy ? roomy : [])],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    const worker = new WorkerProcess(child, `${scenario} of ${contestant} at ${size}`);
    await worker.#next();
    return worker;
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
