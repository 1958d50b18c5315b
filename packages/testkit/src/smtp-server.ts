import { once } from 'node:events';
import type { Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { format } from 'node:util';
import type { SMTPServer, SMTPServerAuthentication, SMTPServerOptions } from 'smtp-server';
import type { Certificate } from './certificates/certificate.ts';
import { testCertificates } from './certificates/test-certificates.ts';
import { freePort } from './free-port.ts';

export interface SmtpServerOptions {
  /** Names and passwords; with XOAUTH2 the password is the access token. @default { alice: 'secret' } */
  readonly users?: Readonly<Record<string, string>>;
  /** @default `server` of `testCertificates` */
  readonly certificate?: Certificate;
  /** More of what `smtp-server` takes: `secure` (TLS from the first byte), `hideSTARTTLS`, `disabledCommands`, `maxClients`, ... */
  readonly options?: SMTPServerOptions;
}

/** One attempt to log in. */
export interface SmtpLogin {
  readonly method: string;
  readonly username: string | undefined;
  readonly accepted: boolean;
  /** The connection was encrypted. */
  readonly secure: boolean;
}

/** A server of mail in this process, which keeps what it is sent. Made by `smtpServer`. */
export class SmtpServer implements AsyncDisposable {
  readonly port: number;
  /** In order; those of before a `halt` too. */
  readonly logins: SmtpLogin[] = [];
  /** The messages it took, each with header and body. */
  readonly messages: string[] = [];
  /** What was said: `C: ...` by clients, `S: ...` by the server, credentials left out. */
  readonly log: string[] = [];
  readonly #users: Readonly<Record<string, string>>;
  readonly #options: SMTPServerOptions;
  readonly #sockets = new Set<Socket>();
  #server: SMTPServer | undefined;
  #connects = 0;

  constructor(port: number, users: Readonly<Record<string, string>>, options: SMTPServerOptions) {
    this.port = port;
    this.#users = users;
    this.#options = options;
  }

  /** Connections since it was made. */
  get connects(): number {
    return this.#connects;
  }

  /** Those there are now. */
  get connections(): number {
    return this.#server?.connections.size ?? 0;
  }

  /** After a `halt`: the same port. Resolves when it serves. */
  async start(): Promise<void> {
    if (this.#server !== undefined) throw new Error('the SMTP server runs already');
    // Loaded when the first one starts: most tests need none.
    const { SMTPServer } = await import('smtp-server');
    const note = (_details: object, message: string, ...values: unknown[]): void => {
      this.log.push(format(message, ...values));
    };
    const server = new SMTPServer({
      authMethods: ['PLAIN', 'LOGIN', 'XOAUTH2'],
      authOptional: true,
      disableReverseLookup: true,
      maxAllowedUnauthenticatedCommands: false,
      logger: { level: () => {}, trace: note, debug: note, info: note, warn: note, error: note, fatal: note },
      onAuth: (authentication, { secure }, callback) => {
        const { method, username } = authentication;
        const accepted = this.#accepts(authentication);
        this.logins.push({ method, username, accepted, secure });
        // With XOAUTH2 the reason comes first, and the refusal after the client's answer to that.
        const refusal =
          method === 'XOAUTH2' ? { data: { status: '401' } } : { responseCode: 535, message: 'authentication failed' };
        callback(null, accepted ? { user: username } : refusal);
      },
      onData: (stream, _session, callback) => {
        text(stream).then((message) => {
          this.messages.push(message);
          callback();
        }, callback);
      },
      ...this.#options,
    });
    // What clients do to their connections is no error of the server.
    server.on('error', (error) => this.log.push(String(error)));
    server.server.on('connection', (socket) => {
      this.#connects += 1;
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
    });
    this.#server = server;
    server.listen(this.port, '127.0.0.1');
    await once(server.server, 'listening');
  }

  /** Ends it and all connections, without a word. */
  async halt(): Promise<void> {
    const server = this.#server;
    if (server === undefined) return;
    this.#server = undefined;
    const closed = new Promise<void>((resolve) => server.close(resolve));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  async stop(): Promise<void> {
    await this.halt();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  #accepts({ username = '', password, accessToken }: SMTPServerAuthentication): boolean {
    const secret = password ?? accessToken ?? undefined;
    return secret !== undefined && Object.hasOwn(this.#users, username) && this.#users[username] === secret;
  }
}

/** An SMTP server with STARTTLS and AUTH, of npm's `smtp-server`, listening. */
export async function smtpServer(options: SmtpServerOptions = {}): Promise<SmtpServer> {
  const { users = { alice: 'secret' }, certificate = (await testCertificates()).server } = options;
  const server = new SmtpServer(await freePort(), users, { ...certificate, ...options.options });
  await server.start();
  return server;
}
