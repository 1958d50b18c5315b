import type { Socket } from 'node:net';
import type { PasswordCheck } from './password-check.ts';

export interface SessionOptions {
  readonly latencyMs: number;
  readonly passwords: PasswordCheck;
}

const longestLine = 1024;

/**
 * One client of the embedded server, in a small protocol of lines like those of mail and databases: a greeting, LOGIN, then PING,
 * answered at once, or WORK with a number of milliseconds, answered when these have passed, like a slow query.
 */
export class Session {
  readonly #socket: Socket;
  readonly #options: SessionOptions;
  #loggedIn = false;
  #text = '';

  constructor(socket: Socket, options: SessionOptions) {
    this.#socket = socket;
    this.#options = options;
    socket.setEncoding('latin1');
    socket.on('error', () => socket.destroy());
    socket.on('data', (text: string) => this.#read(text));
    this.#say('READY');
  }

  #read(text: string): void {
    const lines = (this.#text + text).split('\r\n');
    this.#text = lines.pop() ?? '';
    for (const line of lines) void this.#answer(line);
    if (this.#text.length > longestLine) this.#socket.destroy();
  }

  async #answer(line: string): Promise<void> {
    const [verb, argument = ''] = line.split(' ');
    if (verb === 'LOGIN') {
      this.#loggedIn = await this.#options.passwords.accepts(argument);
      this.#say(this.#loggedIn ? 'OK' : 'NO');
    } else if (!this.#loggedIn) this.#say('NO');
    else if (verb === 'PING') this.#say('PONG');
    else if (verb === 'WORK' && /^\d{1,6}$/.test(argument)) this.#say('DONE', Number(argument));
    else this.#say('BAD');
  }

  /** After the latency: a network between would take that long there and back. */
  #say(line: string, afterMs = 0): void {
    const delayMs = this.#options.latencyMs + afterMs;
    const write = (): void => {
      if (this.#socket.writable) this.#socket.write(`${line}\r\n`);
    };
    if (delayMs === 0) write();
    else setTimeout(write, delayMs);
  }
}
