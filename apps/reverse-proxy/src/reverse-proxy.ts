import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import fastify, { type FastifyInstance } from 'fastify';
import { forward } from './forward/forward.ts';
import type { ProxySettings } from './proxy-settings.ts';
import { type UpstreamListener, Upstreams } from './upstreams/upstreams.ts';

/** Serves what its upstreams serve, as long as one of them does. */
export class ReverseProxy implements AsyncDisposable {
  readonly upstreams: Upstreams;
  readonly #app: FastifyInstance;
  readonly #graceMs: number;
  #closing: Promise<void> | undefined;

  constructor(settings: ProxySettings, listener: UpstreamListener = silent) {
    this.#graceMs = settings.graceMs;
    this.upstreams = new Upstreams(settings, listener);
    this.#app = fastify({
      trustProxy: settings.trust ?? false,
      // What is under way is finished, and what comes on a connection that is open already is answered.
      forceCloseConnections: 'idle',
      return503OnClosing: false,
    });
    const { server } = this.#app;
    server.on('request', (_, response) => {
      // Node closes idle connections once, when it is told to close; these were busy then.
      response.once('close', () => server.listening || setImmediate(() => server.closeIdleConnections()));
    });
    // Bodies are passed on as they come, whatever they are.
    this.#app.removeAllContentTypeParsers();
    this.#app.addContentTypeParser('*', (_request, _payload, done) => done(null));
    // Every path and every method is the upstream's business.
    this.#app.setNotFoundHandler((request, reply) => forward(this.upstreams, settings.waitMs, request, reply));
  }

  /** Resolves with the URL it serves at. */
  async listen(host: string, port: number): Promise<string> {
    await this.#app.listen({ host, port });
    const { address, port: taken, family } = this.#app.server.address() as AddressInfo;
    return `http://${family === 'IPv6' ? `[${address}]` : address}:${taken}`;
  }

  /** Takes no more connections, lets requests under way end for `graceMs`, then ends them. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #close(): Promise<void> {
    const { server } = this.#app;
    const ended = server.listening ? once(server, 'close') : undefined;
    const limit = setTimeout(() => server.closeAllConnections(), this.#graceMs);
    await this.#app.close();
    await ended;
    clearTimeout(limit);
    await this.upstreams.close(0);
  }
}

const silent: UpstreamListener = { down() {}, up() {} };
