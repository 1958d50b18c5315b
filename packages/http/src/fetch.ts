import { dispatcher } from './dispatcher.ts';
import type { HttpPool } from './http-pool.ts';
import type { Via } from './origin.ts';

/** Node's own fetch, with the pool inside. */
export function fetch(pool: HttpPool, via?: Via): typeof globalThis.fetch {
  const init = { dispatcher: dispatcher(pool, via) };
  return (input, given) => globalThis.fetch(input, Object.assign({}, given, init));
}
