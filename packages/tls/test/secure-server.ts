import { once } from 'node:events';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { createServer, type TlsOptions as ServerOptions, type TLSSocket } from 'node:tls';
import { eventually, testCertificates } from '@pool/testkit';
import { onTestFinished } from 'vitest';

/** A server of lines over TLS on loopback, which says each line again. */
export class SecureServer {
  readonly port: number;
  /** Those connected now, oldest first. */
  readonly sockets: TLSSocket[] = [];
  /** Handshakes it finished, and how many of them resumed a session. */
  handshakes = 0;
  resumed = 0;
  /** Names it was asked for (SNI); undefined where none was. */
  readonly names: (string | undefined)[] = [];
  /** Every byte it got over TLS. */
  received = '';
  /** Messages of handshakes and connections that failed. */
  readonly errors: string[] = [];
  /** TLS has no reset of its own. */
  readonly #below = new Set<Socket>();
  #target: number | undefined;
  readonly #server: ReturnType<typeof createServer>;

  constructor(server: ReturnType<typeof createServer>, port: number) {
    this.#server = server;
    this.port = port;
    server.on('connection', (socket: Socket) => {
      this.#below.add(socket);
      socket.on('close', () => this.#below.delete(socket));
    });
    server.on('secureConnection', (socket) => this.#connect(socket));
    server.on('tlsClientError', (error) => this.errors.push(error.message));
  }

  /** New certificates for connections to come. */
  setCertificate(certificate: { readonly cert: string; readonly key: string }): void {
    this.#server.setSecureContext(certificate);
  }

  /** Be a tunnel to another port instead of saying lines again. */
  forwardTo(port: number): void {
    this.#target = port;
  }

  /** Until it has finished so many: with TLS 1.3 that is after the client. */
  async finished(handshakes: number): Promise<void> {
    await eventually(() => this.handshakes >= handshakes);
  }

  /** Reads, and answers, nothing more. */
  silence(): void {
    for (const socket of this.#below) socket.pause();
    for (const socket of this.sockets) socket.pause();
  }

  resetAll(): void {
    for (const socket of this.#below) socket.resetAndDestroy();
  }

  async stop(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    for (const socket of this.#below) socket.destroy();
    await closed;
  }

  #connect(socket: TLSSocket): void {
    this.handshakes += 1;
    if (socket.isSessionReused()) this.resumed += 1;
    const { servername } = socket as TLSSocket & { readonly servername: string | false };
    this.names.push(servername || undefined);
    this.sockets.push(socket);
    socket.on('error', (error) => this.errors.push(error.message));
    socket.on('close', () => this.sockets.splice(this.sockets.indexOf(socket), 1));
    if (this.#target !== undefined) {
      const onward = connect(this.#target, '127.0.0.1').on('error', () => {});
      socket.pipe(onward).pipe(socket);
      socket.on('close', () => onward.destroy());
      return;
    }
    socket.on('data', (bytes) => {
      this.received += String(bytes);
      socket.write(bytes);
    });
  }
}

/** Stopped when the test is over. Its certificate is `server` of `testCertificates`, unless given. */
export async function secureServer(options: ServerOptions = {}): Promise<SecureServer> {
  const server = createServer({ ...(await testCertificates()).server, ...options });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const secure = new SecureServer(server, port);
  onTestFinished(() => secure.stop());
  return secure;
}
