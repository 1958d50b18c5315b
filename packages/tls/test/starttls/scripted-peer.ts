import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { createSecureContext, type SecureContext, TLSSocket } from 'node:tls';
import { type Certificate, testCertificates } from '@pool/testkit';
import { onTestFinished } from 'vitest';

/** What a server does with one connection. What it throws ends the connection. */
export type Script = (peer: ScriptedPeer) => Promise<void>;

/** The server's end of one connection, which a test makes say whatever it likes. */
export class ScriptedPeer {
  /** Every byte it got in the clear, one character each. */
  cleartext = '';
  /** Every byte it got over TLS. */
  encrypted = '';
  /** Does TLS; the plain one before. */
  socket: Socket;
  #unread = Buffer.alloc(0);
  #wake: () => void = () => {};

  constructor(socket: Socket) {
    this.socket = socket;
    this.#listen();
  }

  /** The next line of the client's, without its end. */
  async line(): Promise<string> {
    return (await this.#until(() => this.#unread.indexOf('\n') + 1)).toString().replace(/\r?\n$/, '');
  }

  async bytes(length: number): Promise<Buffer> {
    return this.#until(() => (this.#unread.length < length ? 0 : length));
  }

  /** Until something has come. It stays to be read. */
  async arrived(): Promise<void> {
    this.#unread = Buffer.concat([await this.bytes(1), this.#unread]);
  }

  /** Lines, each with its end. */
  say(...lines: readonly string[]): void {
    this.write(lines.map((line) => `${line}\r\n`).join(''));
  }

  /** In one segment. */
  write(data: string | Uint8Array): void {
    if (this.socket.writable) this.socket.write(data);
  }

  /** Until the client has hung up. */
  async ended(): Promise<void> {
    await closed(this.socket);
  }

  /** From here on over TLS. */
  async secure(certificate?: Certificate): Promise<void> {
    const plain = this.socket;
    plain.removeAllListeners('data');
    plain.pause();
    // What came of the handshake already.
    if (this.#unread.length > 0) plain.unshift(this.#unread);
    this.#unread = Buffer.alloc(0);
    const secureContext = contextOf(certificate ?? (await testCertificates()).server);
    const secured = new TLSSocket(plain, { isServer: true, secureContext });
    secured.on('error', () => plain.destroy());
    this.socket = secured;
    this.#listen();
    const secure = new Promise<void>((resolve) => {
      secured.once('secure', resolve);
    });
    await Promise.race([secure, closed(plain).then(() => Promise.reject(new Error('the client hung up')))]);
  }

  #listen(): void {
    const { socket } = this;
    socket.on('error', () => {});
    socket.on('close', () => this.#wake());
    socket.on('end', () => socket.end());
    socket.on('data', (bytes: Buffer) => {
      if (socket instanceof TLSSocket) this.encrypted += bytes.toString('latin1');
      else this.cleartext += bytes.toString('latin1');
      this.#unread = Buffer.concat([this.#unread, bytes]);
      this.#wake();
    });
  }

  async #until(enough: () => number): Promise<Buffer> {
    let end = enough();
    while (end === 0) {
      if (this.socket.destroyed) throw new Error('the client hung up');
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      end = enough();
    }
    const taken = this.#unread.subarray(0, end);
    this.#unread = this.#unread.subarray(end);
    return taken;
  }
}

/** Also after an error, which is no news of a client's. */
async function closed(socket: Socket): Promise<void> {
  if (socket.closed) return;
  await new Promise<void>((resolve) => {
    socket.once('close', () => resolve());
  });
}

const contexts = new Map<Certificate, SecureContext>();

/** One per certificate: the tickets of one context are worth nothing in another. */
function contextOf(certificate: Certificate): SecureContext {
  const context = contexts.get(certificate) ?? createSecureContext(certificate);
  contexts.set(certificate, context);
  return context;
}

/** A server that follows a script with every connection, until the test ends. */
export class ScriptedServer {
  readonly port: number;
  /** In the order they came, those that are gone included. */
  readonly peers: ScriptedPeer[] = [];

  constructor(port: number) {
    this.port = port;
  }

  /** All that it got over all connections. */
  get cleartext(): string {
    return this.peers.map((peer) => peer.cleartext).join('');
  }

  get encrypted(): string {
    return this.peers.map((peer) => peer.encrypted).join('');
  }
}

export async function scriptedServer(script: Script): Promise<ScriptedServer> {
  // Made before, so that securing a connection takes no turn.
  await testCertificates();
  const listening = createServer({ noDelay: true, allowHalfOpen: true });
  listening.listen(0, '127.0.0.1');
  await once(listening, 'listening');
  const server = new ScriptedServer((listening.address() as AddressInfo).port);
  listening.on('connection', (socket) => {
    const peer = new ScriptedPeer(socket);
    server.peers.push(peer);
    script(peer).catch(() => socket.destroy());
  });
  onTestFinished(async () => {
    for (const { socket } of server.peers) socket.destroy();
    await new Promise<void>((resolve) => {
      listening.close(() => resolve());
    });
  });
  return server;
}
