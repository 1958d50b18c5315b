import { agentKeepAlive, nodeAgent } from './agents.ts';
import type { HttpContestant } from './client.ts';
import { poolAgent, poolRequest } from './pool.ts';
import { undiciPool } from './undici.ts';

/** In the order of the tables. */
export const httpContestants: readonly HttpContestant[] = [poolRequest, poolAgent, undiciPool, nodeAgent, agentKeepAlive];
