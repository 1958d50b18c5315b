import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findBinary, missingMessage } from './find-binary.ts';
import { freePort } from './free-port.ts';
import type { Recipe, Site } from './recipe.ts';
import { watchdog } from './watchdog.ts';

/** Most of the output that is kept: its end. */
const longestOutput = 20_000;

export interface RealServerOptions {
  /** To be ready. @default 10_000 */
  readonly startTimeoutMs?: number;
  /** From the recipe's stop signal to SIGKILL. @default 3_000 */
  readonly stopTimeoutMs?: number;
}

/** A real server in a directory of its own. Made by `realServer`. */
export class RealServer implements AsyncDisposable {
  readonly site: Site;
  readonly #recipe: Recipe;
  readonly #binary: string;
  readonly #limits: Required<RealServerOptions>;
  #child: ChildProcess | undefined;
  #callOff: () => void = () => {};
  #output = '';

  constructor(recipe: Recipe, binary: string, site: Site, options: RealServerOptions) {
    this.#recipe = recipe;
    this.#binary = binary;
    this.site = site;
    this.#limits = { startTimeoutMs: 10_000, stopTimeoutMs: 3_000, ...options };
  }

  /** Undefined while it does not run. */
  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** What it wrote to stdout and stderr; the end of it, if that is much. */
  get output(): string {
    return this.#output;
  }

  port(name?: string): number {
    return this.site.port(name);
  }

  /** After a `halt`: the same ports, the same directory. Resolves when it serves. */
  async start(): Promise<void> {
    if (this.#child !== undefined) throw new Error(`${this.#recipe.name} runs already`);
    const command = await this.#recipe.prepare(this.site);
    const child = spawn(this.#binary, command.args, {
      ...command.account,
      cwd: this.site.dir,
      env: { ...process.env, ...command.env },
      stdio: ['ignore', 'pipe', 'pipe'],
      // A process group of its own, so that its workers end with it.
      detached: true,
    });
    this.#child = child;
    child.on('exit', () => {
      this.#child = undefined;
      this.#callOff();
    });
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        this.#output = (this.#output + text).slice(-longestOutput);
      });
    }
    if (child.pid !== undefined) this.#callOff = watchdog(child.pid, this.site.dir);
    const problem = await this.#untilReady(child);
    if (problem === undefined) return;
    await this.halt();
    const line = [this.#binary, ...command.args].join(' ');
    throw new Error(`${this.#recipe.name} (${line}) ${problem}. Its output:\n${this.#output || '(none)'}`);
  }

  /** SIGTERM, or what its recipe says, and SIGKILL when that is not enough; its directory stays. Resolves when it has ended. */
  async halt(): Promise<void> {
    const child = this.#child;
    if (child?.pid === undefined) return;
    const exited = once(child, 'exit');
    this.kill(this.#recipe.stopSignal ?? 'SIGTERM');
    const limit = setTimeout(() => this.kill('SIGKILL'), this.#limits.stopTimeoutMs);
    await exited;
    clearTimeout(limit);
    // Workers that outlived it.
    signalGroup(child.pid, 'SIGKILL');
  }

  /** As an operator would: SIGHUP to reload, SIGSTOP to freeze it, SIGKILL to crash it. To the server and its workers. */
  kill(signal: NodeJS.Signals): void {
    if (this.#child?.pid !== undefined) signalGroup(this.#child.pid, signal);
  }

  /** Nothing is left of it. */
  async stop(): Promise<void> {
    await this.halt();
    this.#callOff();
    await rm(this.site.dir, { recursive: true, force: true });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  /** What went wrong, or undefined when it serves. */
  async #untilReady(child: ChildProcess): Promise<string | undefined> {
    const { startTimeoutMs } = this.#limits;
    const { ready = acceptsAll(this.#recipe) } = this.#recipe;
    let over = false;
    let last: unknown;
    let timer: NodeJS.Timeout | undefined;
    const ask = async (): Promise<undefined> => {
      while (!over) {
        try {
          await ready(this.site);
          return;
        } catch (error) {
          last = error;
        }
        await new Promise<void>((resolve) => setTimeout(resolve, 5));
      }
    };
    const problem = await Promise.race([
      ask(),
      new Promise<string>((resolve) => {
        child.on('error', (error) => resolve(`could not be run (${error.message})`));
        // Not `exit`: its output would not be complete.
        child.on('close', (code, signal) => resolve(`ended with ${signal ?? `exit code ${code}`} before it was ready`));
        timer = setTimeout(() => resolve(`was not ready within ${startTimeoutMs} ms (${String(last)})`), startTimeoutMs);
      }),
    ]);
    over = true;
    clearTimeout(timer);
    return problem;
  }
}

/**
 * Starts a real server; resolves when it serves.
 * @throws Error with its output when it ends early; or naming what to install
 */
export async function realServer(recipe: Recipe, options: RealServerOptions = {}): Promise<RealServer> {
  const binary = findBinary(recipe.binary);
  if (binary === undefined) throw new Error(missingMessage(recipe));
  const dir = await mkdtemp(join(tmpdir(), `pool-${recipe.name}-`));
  await chmod(dir, 0o755);
  const ports = new Map<string, number>();
  for (const name of recipe.ports ?? ['main']) ports.set(name, await freePort());
  const [first] = ports.keys();
  const port = (name = first ?? 'main'): number => {
    const found = ports.get(name);
    if (found === undefined) throw new Error(`${recipe.name} has no port '${name}', only ${[...ports.keys()].join(', ')}`);
    return found;
  };
  const server = new RealServer(recipe, binary, { dir, port }, options);
  try {
    await server.start();
  } catch (error) {
    await server.stop();
    throw error;
  }
  return server;
}

/** The default way to be ready. */
function acceptsAll(recipe: Recipe): (site: Site) => Promise<void> {
  return async (site) => {
    for (const name of recipe.ports ?? ['main']) {
      const socket = connect(site.port(name), '127.0.0.1');
      await once(socket, 'connect').finally(() => socket.destroy());
    }
  };
}

function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch {
    // Gone already.
  }
}
