import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { type Address, listen } from './address.ts';
import type { Behaviour, Ending } from './behaviour.ts';
import { ProxiedConnection } from './proxied-connection.ts';

export interface ChaosProxyOptions {
  /** Where connections lead. */
  readonly target: Address;
  /** Listen on a Unix socket here. @default a free port of 127.0.0.1 */
  readonly path?: string;
}

/** A proxy that misbehaves on demand, for all connections, for new ones, or for one. Made by `chaosProxy`. */
export class ChaosProxy implements AsyncDisposable {
  readonly #target: Address;
  readonly #connections = new Set<ProxiedConnection>();
  #server: Server;
  #address: Address;
  #behaviour: Behaviour = 'pass';
  #next: Behaviour[] = [];
  #accepted = 0;
  #bytesToClient = 0;
  #bytesToTarget = 0;

  constructor(target: Address, server: Server, address: Address) {
    this.#target = target;
    this.#address = address;
    this.#server = this.#serve(server);
  }

  /** What clients connect to; stays the same for its whole life. */
  get address(): Address {
    return this.#address;
  }

  /** The port, for clients of TCP. */
  get port(): number {
    if ('port' in this.#address) return this.#address.port;
    throw new Error('this proxy listens on a Unix socket: use address');
  }

  /** Accepted since it was made. */
  get accepted(): number {
    return this.#accepted;
  }

  /** Those whose client is still connected, oldest first. */
  get connections(): readonly ProxiedConnection[] {
    return [...this.#connections].filter((connection) => connection.open);
  }

  get bytesToClient(): number {
    return [...this.#connections].reduce((sum, connection) => sum + connection.bytesToClient, this.#bytesToClient);
  }

  get bytesToTarget(): number {
    return [...this.#connections].reduce((sum, connection) => sum + connection.bytesToTarget, this.#bytesToTarget);
  }

  /** All connections, those there are and those to come. */
  behave(behaviour: Behaviour): void {
    this.#behaviour = behaviour;
    for (const connection of this.#connections) connection.behave(behaviour);
  }

  /** Connections to come only. */
  behaveForNew(behaviour: Behaviour): void {
    this.#behaviour = behaviour;
  }

  /** The next connections, one behaviour each; those after them do as told before. */
  next(...behaviours: readonly Behaviour[]): void {
    this.#next.push(...behaviours);
  }

  /** New connections are refused by the system (a Unix socket is not even there). Those there are go on. */
  refuse(): void {
    this.#server.close();
  }

  /** Listen again, on the same port or path. */
  async accept(): Promise<void> {
    if (this.#server.listening) return;
    this.#server = this.#serve(createServer({ allowHalfOpen: true, noDelay: true }));
    this.#server.listen(this.#address);
    await once(this.#server, 'listening');
  }

  /** End all connections there are. */
  cutAll(ending?: Ending): void {
    for (const connection of this.#connections) connection.cut(ending);
  }

  /** Nothing is left of it. */
  async stop(): Promise<void> {
    this.#server.close();
    this.behave('reset');
    await Promise.all([...this.#connections].map((connection) => connection.closed));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  #serve(server: Server): Server {
    return server.on('connection', (client) => this.#connect(client));
  }

  #connect(client: Socket): void {
    this.#accepted += 1;
    const connection = new ProxiedConnection(client, this.#target, this.#next.shift() ?? this.#behaviour);
    this.#connections.add(connection);
    void connection.closed.then(() => {
      this.#connections.delete(connection);
      this.#bytesToClient += connection.bytesToClient;
      this.#bytesToTarget += connection.bytesToTarget;
    });
  }
}

/** A proxy in front of `target`, listening. */
export async function chaosProxy(options: ChaosProxyOptions): Promise<ChaosProxy> {
  const server = createServer({ allowHalfOpen: true, noDelay: true });
  return new ChaosProxy(options.target, server, await listen(server, options.path));
}
