import type { Contestant } from '../client.ts';
import { agentKeepAlive, httpAgent } from './agents.ts';
import { validates, validatesNot } from './generic-pool.ts';
import { learns, learnsAndPings, learnsNot } from './pool.ts';
import { undici } from './undici.ts';

/** In the order of the tables. */
export const contestants: readonly Contestant[] = [
  learns,
  learnsAndPings,
  learnsNot,
  validatesNot,
  validates,
  httpAgent,
  agentKeepAlive,
  undici,
];
