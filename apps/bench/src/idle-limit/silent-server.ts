import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import type { Target } from '../sockets/raw-connection.ts';

export const response = 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello';

export interface SilentServerOptions {
  /** A connection that has been idle for this long is closed, and nothing announces it. */
  readonly idleMs: number;
  /** An answer takes any time up to this. */
  readonly answerMs: number;
}

/** As much of an HTTP server as it takes: answers each request a little later, and closes idle connections without a word. */
export class SilentServer implements AsyncDisposable {
  readonly target: Target;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(server: Server, options: SilentServerOptions) {
    this.#server = server;
    this.target = { host: '127.0.0.1', port: (server.address() as AddressInfo).port };
    server.on('connection', (socket) => this.#serve(socket, options));
  }

  static async start(options: SilentServerOptions): Promise<SilentServer> {
    const server = createServer({ noDelay: true }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new SilentServer(server, options);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  #serve(socket: Socket, { idleMs, answerMs }: SilentServerOptions): void {
    this.#sockets.add(socket);
    // Closed whole, as servers do it: what arrives afterwards is answered with a reset.
    const close = (): void => {
      socket.destroy();
    };
    let idle = setTimeout(close, idleMs);
    let received = '';
    socket.on('error', () => {});
    socket.on('close', () => {
      clearTimeout(idle);
      this.#sockets.delete(socket);
    });
    socket.setEncoding('latin1').on('data', (text: string) => {
      received += text;
      if (!received.endsWith('\r\n\r\n')) return;
      received = '';
      clearTimeout(idle);
      setTimeout(() => {
        if (!socket.writable) return;
        socket.write(response);
        idle = setTimeout(close, idleMs);
      }, Math.random() * answerMs);
    });
  }
}
