import { createServer, type Server, type Socket } from 'node:net';
import { type Address, listen, reset } from './address.ts';
import type { Ending } from './behaviour.ts';

export interface LineServerOptions {
  /** Said to every new connection, as one line. @default nothing */
  readonly greeting?: string;
  /** What to answer to a line: a line (or several, with line ends between), or undefined for silence. In order. @default the line itself */
  readonly answer?: (line: string, session: LineSession) => string | undefined | PromiseLike<string | undefined>;
  /** FIN without a word after so long without a line. @default Infinity */
  readonly idleCloseMs?: number;
  /** More than so many at once are closed again. @default Infinity */
  readonly maxConnections?: number;
  /** Said to those before. @default nothing */
  readonly tooMany?: string;
  /** Listen on a Unix socket here. @default a free port of 127.0.0.1 */
  readonly path?: string;
}

/** One client of a line server. */
export class LineSession {
  readonly socket: Socket;
  /** What the client said, oldest first. */
  readonly lines: string[] = [];

  constructor(socket: Socket) {
    this.socket = socket;
  }

  /** One line, or several with line ends between. */
  say(text: string): void {
    if (this.socket.writable) this.socket.write(`${text}\r\n`);
  }

  end(ending: Ending = 'fin'): void {
    if (ending === 'reset') reset(this.socket);
    else this.socket.end();
  }
}

/** A server of lines, scripted. Made by `lineServer`. */
export class LineServer implements AsyncDisposable {
  readonly address: Address;
  readonly #server: Server;
  readonly #options: LineServerOptions;
  readonly #sessions = new Set<LineSession>();
  #connects = 0;
  #refused = 0;
  #commands = 0;

  constructor(server: Server, address: Address, options: LineServerOptions) {
    this.#server = server;
    this.address = address;
    this.#options = options;
    server.on('connection', (socket) => this.#connect(socket));
  }

  /** The port, for clients of TCP. */
  get port(): number {
    if ('port' in this.address) return this.address.port;
    throw new Error('this server listens on a Unix socket: use address');
  }

  /** Connections since it was made, those over `maxConnections` included. */
  get connects(): number {
    return this.#connects;
  }

  /** Of these, those over `maxConnections`. */
  get refused(): number {
    return this.#refused;
  }

  /** Lines received since it was made. */
  get commands(): number {
    return this.#commands;
  }

  /** Those connected now, oldest first. */
  get sessions(): readonly LineSession[] {
    return [...this.#sessions];
  }

  endAll(ending?: Ending): void {
    for (const session of this.#sessions) session.end(ending);
  }

  /** Nothing is left of it; its clients are destroyed. */
  async stop(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    for (const { socket } of this.#sessions) socket.destroy();
    await closed;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  #connect(socket: Socket): void {
    const { greeting, tooMany, maxConnections = Infinity, idleCloseMs = Infinity } = this.#options;
    this.#connects += 1;
    const session = new LineSession(socket);
    socket.on('error', () => {});
    if (this.#sessions.size >= maxConnections) {
      this.#refused += 1;
      if (tooMany !== undefined) session.say(tooMany);
      session.end();
      return;
    }
    this.#sessions.add(session);
    socket.on('close', () => this.#sessions.delete(session));
    if (idleCloseMs !== Infinity) socket.setTimeout(idleCloseMs, () => socket.end());
    if (greeting !== undefined) session.say(greeting);
    void this.#converse(session);
  }

  async #converse(session: LineSession): Promise<void> {
    const { answer = (line: string) => line } = this.#options;
    let text = '';
    try {
      for await (const chunk of session.socket.setEncoding('utf8')) {
        text += chunk;
        const lines = text.split(/\r?\n/);
        text = lines.pop() ?? '';
        for (const line of lines) {
          session.lines.push(line);
          this.#commands += 1;
          const reply = await answer(line, session);
          if (reply !== undefined) session.say(reply);
        }
      }
    } catch {
      // The client is gone, or the script threw: either way the conversation is over.
      session.socket.destroy();
    }
  }
}

/** A server of lines that answers as scripted, listening. */
export async function lineServer(options: LineServerOptions = {}): Promise<LineServer> {
  const server = createServer({ noDelay: true });
  return new LineServer(server, await listen(server, options.path), options);
}
