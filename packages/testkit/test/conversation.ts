import { EventEmitter, once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { type ConnectionOptions, connect as connectTls } from 'node:tls';
import { onTestFinished } from 'vitest';

/** What a client and a server say to each other, over TCP or TLS. */
export class Conversation {
  readonly #news = new EventEmitter();
  #socket: Socket;
  #heard = '';
  #ended = false;

  private constructor(socket: Socket) {
    this.#socket = socket;
    this.#listen();
    onTestFinished(() => void this.#socket.destroy());
  }

  /** Over TCP; over a Unix socket when it is a path. */
  static async open(where: number | string, localAddress?: string): Promise<Conversation> {
    const tcp = { host: '127.0.0.1', ...(localAddress !== undefined && { localAddress }) };
    const socket = typeof where === 'string' ? connect(where) : connect({ port: where, ...tcp });
    await once(socket, 'connect');
    return new Conversation(socket);
  }

  /** Over TLS from the first byte. */
  static async openSecure(port: number, options: ConnectionOptions): Promise<Conversation> {
    const socket = connectTls({ port, host: '127.0.0.1', servername: 'localhost', ...options });
    await once(socket, 'secureConnect');
    return new Conversation(socket);
  }

  /** Over TLS from now on. */
  async secure(options: ConnectionOptions): Promise<void> {
    this.#socket.removeAllListeners('data').removeAllListeners('close');
    const socket = connectTls({ socket: this.#socket, servername: 'localhost', ...options });
    this.#socket = socket;
    await once(socket, 'secureConnect');
    this.#listen();
  }

  /** Says it, as it is, and resolves with what is answered, up to the end of the first match. */
  async say(what: string | Uint8Array, expected: RegExp): Promise<string> {
    this.#socket.write(what);
    return await this.hear(expected);
  }

  /** @throws Error with what was heard, when the other side ends before */
  async hear(expected: RegExp): Promise<string> {
    for (;;) {
      const match = expected.exec(this.#heard);
      if (match !== null) {
        const end = match.index + match[0].length;
        const said = this.#heard.slice(0, end);
        this.#heard = this.#heard.slice(end);
        return said;
      }
      if (this.#ended) throw new Error(`it ended after ${JSON.stringify(this.#heard)}`);
      await once(this.#news, 'news');
    }
  }

  #listen(): void {
    this.#socket.on('data', (chunk) => {
      this.#heard += chunk.toString('latin1');
      this.#news.emit('news');
    });
    // An error is one way to end.
    this.#socket.on('error', () => {});
    this.#socket.on('close', () => {
      this.#ended = true;
      this.#news.emit('news');
    });
  }
}
