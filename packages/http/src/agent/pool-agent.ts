import { Agent, type ClientRequest } from 'node:http';
import { type RequestOptions, Agent as SecureAgent } from 'node:https';
import type { Socket } from 'node:net';
import type { Via } from '../origin.ts';
import type { Routes } from '../routes.ts';
import type { AgentConnection } from './agent-connection.ts';
import type { AgentRequestOptions } from './agent-origin.ts';
import { AgentPool, type PooledAgent } from './agent-pool.ts';

/** For `http://`. Everything an agent decides is decided by its pool; what inspectors read is computed when they read it. */
export class PoolAgent extends Agent {
  private readonly state: AgentPool;

  constructor(routes: Routes, via: Pick<Via, 'proxy'> | undefined) {
    super(agentOptions(routes));
    this.state = manage(this, routes, via?.proxy);
  }

  /** Called by every request of node:http. Documented for those who make agents; Node's types leave it out. */
  addRequest(request: ClientRequest, options: AgentRequestOptions): void {
    this.state.addRequest(request, options);
  }

  override destroy(): void {
    this.state.destroySockets();
  }
}

/** For `https://`. */
export class SecurePoolAgent extends SecureAgent {
  private readonly state: AgentPool;

  constructor(routes: Routes, via: Pick<Via, 'proxy'> | undefined) {
    super(agentOptions(routes));
    this.state = manage(this, routes, via?.proxy);
  }

  addRequest(request: ClientRequest, options: AgentRequestOptions): void {
    this.state.addRequest(request, options);
  }

  /** Of node:https, and besides it who checks the name of the server: Node's own agent forgets that it may differ. */
  override getName(options?: RequestOptions): string {
    const name = super.getName(options);
    const check = options?.checkServerIdentity;
    return check === undefined ? name : `${name}:${identityOf(check)}`;
  }

  override destroy(): void {
    this.state.destroySockets();
  }
}

/** A number for each object or function. */
function identityOf(value: object): number {
  let identity = identities.get(value);
  if (identity === undefined) {
    identity = ++identified;
    identities.set(value, identity);
  }
  return identity;
}

const identities = new WeakMap<object, number>();
let identified = 0;

function agentOptions({ options }: Routes): object {
  return { keepAlive: true, maxSockets: options.pools.maxPerKey, maxTotalSockets: options.maxTotal };
}

/** Takes over what the agent would do itself. */
function manage(agent: Agent, routes: Routes, proxy: string | undefined): AgentPool {
  // Node's types know neither of the three that an agent has had since it was made.
  const pool = new AgentPool(agent as unknown as PooledAgent, routes, proxy);
  agent.removeAllListeners('free');
  const byName = <T>(listOf: (connections: readonly AgentConnection[], name: string) => T[]): Record<string, T[]> => {
    const found: Record<string, T[]> = {};
    for (const { name, connections } of pool.origins.values()) {
      const list = listOf([...connections.values()], name);
      if (list.length > 0) found[name] = list;
    }
    return found;
  };
  const sockets = (isIdle: boolean) => (): Record<string, Socket[]> =>
    byName((connections) => connections.filter((connection) => connection.isIdle === isIdle).map(({ socket }) => socket));
  Object.defineProperties(agent, {
    sockets: { get: sockets(false), enumerable: true },
    freeSockets: { get: sockets(true), enumerable: true },
    requests: {
      get: () => byName((_, name) => [...(pool.origins.get(name)?.waiting ?? [])].map(({ request }) => request)),
      enumerable: true,
    },
    totalSocketCount: {
      get: () => [...pool.origins.values()].reduce((sum, { connections }) => sum + connections.size, 0),
      enumerable: true,
    },
  });
  return pool;
}
