import type { Agent } from 'node:http';
import type { Agent as SecureAgent } from 'node:https';
import { PoolAgent, SecurePoolAgent } from './agent/pool-agent.ts';
import { type HttpPool, routesOf } from './http-pool.ts';
import type { Via } from './origin.ts';

/** An agent's requests say the rest themselves. */
export type AgentVia = Pick<Via, 'proxy'>;

/**
 * For libraries that take a node:http agent (axios, got, node-fetch, the AWS SDK), and as `http.globalAgent`. It hands out raw sockets, so
 * it has connections of its own; they count against `maxPerKey` and `maxTotal` of the pool, and are closed with it. `destroy()` ends its
 * sockets and no more.
 *
 * @throws OptionsError when the proxy is none
 */
export function agent(pool: HttpPool, via?: AgentVia): Agent {
  return new PoolAgent(routesOf(pool), via);
}

/** The same for node:https. */
export function secureAgent(pool: HttpPool, via?: AgentVia): SecureAgent {
  return new SecurePoolAgent(routesOf(pool), via);
}
