import type { Dispatcher } from 'undici/index.js';
import { PoolDispatcher } from './dispatcher/pool-dispatcher.ts';
import { type HttpPool, routesOf } from './http-pool.ts';
import type { Via } from './origin.ts';

/**
 * The pool for fetch and everything else that takes an undici dispatcher: the `fetch` and `request` of undici 6, 7 and 8, and Node's own.
 * Closing it closes the pool.
 */
export function dispatcher(pool: HttpPool, via?: Via): Dispatcher {
  return new PoolDispatcher(pool, routesOf(pool), via);
}
