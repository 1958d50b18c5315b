import * as undici from 'undici/index.js';
import { dispatcher } from './dispatcher.ts';
import type { HttpPool } from './http-pool.ts';
import type { Via } from './origin.ts';

/** Node's own fetch, with the pool inside; on Bun and Deno that of undici, since theirs pass a dispatcher by and say nothing. */
export function fetch(pool: HttpPool, via?: Via): typeof globalThis.fetch {
  const init = { dispatcher: dispatcher(pool, via) };
  const { bun, deno } = process.versions;
  // The same but for types: its own know methods that are younger than Node 20's.
  const inner = bun === undefined && deno === undefined ? globalThis.fetch : (undici.fetch as unknown as typeof globalThis.fetch);
  return (input, given) => inner(input, Object.assign({}, given, init));
}
