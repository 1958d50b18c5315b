import type { Agent, AgentOptions, ClientRequest, IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { type Connector, KeyedPool, systemClock } from '@pool/core';
import { IdleDeadlines } from '../connection/idle-deadlines.ts';
import { keepAliveHint } from '../connection/persistence.ts';
import type { Outcome } from '../exchange/verdicts.ts';
import { openTunnel } from '../proxy/open-tunnel.ts';
import { ProxyServer } from '../proxy/proxy-server.ts';
import type { Routes } from '../routes.ts';
import type { AgentConnection } from './agent-connection.ts';
import { agentConnector } from './agent-connector.ts';
import { AgentOrigin, type AgentRequestOptions, originOf, withServername } from './agent-origin.ts';
import { RestingPlace } from './resting-place.ts';
import { WaitingRequest } from './waiting-request.ts';

/** What an agent is to its pool. */
export interface PooledAgent extends Agent {
  readonly protocol: string;
  readonly defaultPort: number;
  readonly options: AgentOptions;
  /** Node's own way to make a socket; it is still connecting. */
  createConnection(options: AgentRequestOptions): Socket;
}

/**
 * Owns all state of an agent: node:http asks for sockets and says when one is free, no more. An agent hands out raw sockets, so this is a
 * pool of its own; its connections count against the limits of the pool it belongs to.
 */
export class AgentPool {
  readonly origins = new Map<string, AgentOrigin>();
  readonly #agent: PooledAgent;
  readonly #routes: Routes;
  readonly #pools: KeyedPool<AgentOrigin, AgentConnection>;
  readonly #proxy: string | undefined;
  readonly #resting = new RestingPlace<AgentConnection>(giveBack);

  /** @throws OptionsError when the proxy is none */
  constructor(agent: PooledAgent, routes: Routes, proxy: string | undefined) {
    if (proxy !== undefined) new ProxyServer(proxy);
    this.#proxy = proxy;
    this.#agent = agent;
    this.#routes = routes;
    const { name, clock, order, openBackoff, whenDown, idleLimit, ...limits } = routes.options.pools;
    const { acquireTimeoutMs, openTimeoutMs, idleTimeoutMs, maxLifetimeMs, maxUses, maxWaiting, emptyPoolTtlMs, maxPerKey } =
      limits;
    const shared = { clock, order, openBackoff, whenDown, idleLimit };
    const times = { acquireTimeoutMs, openTimeoutMs, idleTimeoutMs, maxLifetimeMs, emptyPoolTtlMs };
    this.#pools = new KeyedPool<AgentOrigin, AgentConnection>((origin) => this.#connector(origin), {
      ...given({ ...shared, ...times, maxUses, maxWaiting }),
      maxPerKey,
      name: `${name ?? 'http'}-agent`,
      keyOf: ({ key }) => key,
      // Whoever waits behind a proxy that says no is told so at once, as it is where the socket itself is handed over.
      perKey: ({ origin }) => ({
        budget: routes.limitOf(origin),
        ...(origin.way === undefined || whenDown !== undefined ? {} : { whenDown: 'refuse' }),
      }),
    });
    routes.adopt(this.#pools);
  }

  /** A request of node:http wants a socket. */
  addRequest(request: ClientRequest, options: AgentRequestOptions): void {
    const origin = this.#originOf(request, options);
    const waiting = new WaitingRequest(request, this.#agent, origin);
    origin.asking++;
    try {
      const lease = this.#pools.at(origin).request(waiting);
      if (lease !== undefined) waiting.onLease(lease);
      else waiting.queue();
    } catch (error) {
      // The pool is closed.
      waiting.onRefused(error);
    } finally {
      origin.asking--;
    }
  }

  /** Ends every socket, those in use too. The agent can be used again. */
  destroySockets(): void {
    for (const { connections } of this.origins.values()) {
      for (const socket of connections.keys()) socket.destroy();
    }
  }

  #originOf(request: ClientRequest, own: AgentRequestOptions): AgentOrigin {
    const agent = this.#agent;
    // Almost always nothing of the agent's own is in the name, and copying options costs as much as all the rest.
    const isPlain = agent.protocol === 'http:' && !own.socketPath && !changesName(agent.options);
    const known = isPlain ? this.origins.get(agent.getName(own)) : undefined;
    return known ?? this.#findOrigin(request, own);
  }

  #findOrigin(request: ClientRequest, own: AgentRequestOptions): AgentOrigin {
    const agent = this.#agent;
    let options: AgentRequestOptions = { ...own, ...agent.options };
    if (options.socketPath) options = { ...options, path: options.socketPath };
    if (agent.protocol === 'https:') options = withServername(options, request.getHeader('host'));
    const name = agent.getName(options);
    const known = this.origins.get(name);
    if (known !== undefined) return known;
    const { protocol, defaultPort } = agent;
    const origin = new AgentOrigin(name, originOf(options, { protocol, defaultPort, proxy: this.#proxy }), options);
    this.origins.set(name, origin);
    return origin;
  }

  #connector(origin: AgentOrigin): Connector<AgentConnection> {
    const agent = this.#agent;
    const { clock = systemClock, openTimeoutMs = 10_000 } = this.#routes.options.pools;
    const deadlines = new IdleDeadlines<AgentConnection>(clock);
    const { way } = origin.origin;
    const isSecure = agent.protocol === 'https:';
    // As node:http asks for it: `_agentKey` is where https keeps the sessions of a name.
    const always = { _agentKey: origin.name, encoding: null, keepAlive: true, keepAliveInitialDelay: 10_000 };
    return {
      ...agentConnector({
        connect: (socket) =>
          socket !== undefined && !isSecure
            ? socket
            : agent.createConnection(Object.assign({}, origin.options, always, socket && { socket })),
        openTunnel: way && ((signal) => openTunnel(way, origin.origin, { signal, openTimeoutMs })),
        readyEvent: isSecure ? 'secureConnect' : 'connect',
        isAwaited: () => origin.waiting.size + origin.asking > 0,
        openTimeoutMs,
        clock,
        onSocket: (connection) => this.#install(origin, connection, deadlines),
      }),
      attach: (control) => {
        const detach = deadlines.attach(control);
        return () => {
          detach();
          if (origin.waiting.size === 0) this.origins.delete(origin.name);
        };
      },
    };
  }

  /** The signals between a request, its socket and its agent: https://nodejs.org/docs/latest-v20.x/api/http.html#class-httpagent */
  #install(origin: AgentOrigin, connection: AgentConnection, deadlines: IdleDeadlines<AgentConnection>): void {
    const { socket } = connection;
    origin.connections.set(socket, connection);
    deadlines.add(connection);
    const gone = (): void => {
      origin.connections.delete(socket);
      deadlines.delete(connection);
    };
    socket.on('free', () => {
      this.#free(connection);
      if (connection.idleUntil !== Infinity) deadlines.by(connection.idleUntil);
    });
    socket.on('agentRemove', () => {
      // An upgrade: the socket is its user's for good.
      const { lease } = connection;
      connection.lease = undefined;
      gone();
      if (lease?.active) lease.detach();
    });
    socket.on('timeout', () => {
      if (connection.isIdle) socket.destroy();
    });
    socket.on('close', () => {
      gone();
      if (connection.isIdle) connection.broke(socket.errored ?? new Error('the connection was closed'));
      else this.#discard(connection, whyClosed(socket));
    });
    socket.on('keylog', (line) => this.#agent.emit('keylog', line, socket));
  }

  /** Its request is over, or never began. */
  #free(connection: AgentConnection): void {
    const { socket } = connection;
    const request = requestOn(socket);
    setRequest(socket, null);
    if (!socket.writable || request?.shouldKeepAlive === false) return this.#discard(connection, 'peer-close');
    const { keepAliveMarginMs, pools } = this.#routes.options;
    const { clock = systemClock } = pools;
    const hint = keepAliveHint(String(request?.res?.headers['keep-alive'] ?? ''));
    const allowedMs = hint.allowedIdleMs - keepAliveMarginMs;
    if (allowedMs <= 0 || hint.remaining <= 0) return this.#discard(connection, 'peer-close');
    connection.idleUntil = (clock.turn?.() ?? clock.now()) + allowedMs;
    connection.rest();
    this.#resting.rest(connection);
  }

  #discard(connection: AgentConnection, outcome: Outcome): void {
    const { lease, socket } = connection;
    connection.lease = undefined;
    if (lease?.active) lease.discard(outcome, socket.errored ?? undefined);
    else socket.destroy();
  }
}

/** Do the agent's own options say where requests go? They count for more than those of a request. */
function changesName({ host, port, localAddress, family, socketPath }: AgentRequestOptions): boolean {
  return (
    host !== undefined || port !== undefined || localAddress !== undefined || family !== undefined || socketPath !== undefined
  );
}

function giveBack(connection: AgentConnection): void {
  const { lease } = connection;
  connection.lease = undefined;
  if (lease?.active) lease.release();
}

/** What node:http notes on a socket: the request that has it, with what it knows about keeping the connection. */
interface NotedRequest {
  readonly shouldKeepAlive?: boolean;
  readonly res?: IncomingMessage | null;
}

function requestOn(socket: Socket): NotedRequest | null | undefined {
  return (socket as { readonly _httpMessage?: NotedRequest | null })._httpMessage;
}

function setRequest(socket: Socket, request: null): void {
  (socket as { _httpMessage?: NotedRequest | null })._httpMessage = request;
}

function whyClosed(socket: Socket): Outcome {
  if (socket.errored) return 'broken';
  return requestOn(socket)?.res?.complete ? 'peer-close' : 'abort';
}

/** Without what is not given: an option that is undefined is one too many for `exactOptionalPropertyTypes`. */
function given<T extends object>(options: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as never;
}
