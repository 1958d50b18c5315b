import { awaitFloor } from './await-floor.ts';
import type { Contestant } from './contestant.ts';
import { freeList } from './free-list.ts';
import { genericPool } from './generic-pool.ts';
import { nodeAgent } from './http-node.ts';
import { httpPoolAgent, httpPoolDispatcher, httpPoolRequest } from './http-pool.ts';
import { undiciDispatch, undiciRequest } from './http-undici.ts';
import { lightningPool } from './lightning-pool.ts';
import { mariadb } from './mariadb.ts';
import { openEach } from './open-each.ts';
import { pgPool } from './pg-pool.ts';
import { pool } from './pool.ts';
import { syncFloor } from './sync-floor.ts';
import { tarn } from './tarn.ts';
import { tlsConnect, tlsConnectResumed } from './tls-connect.ts';
import { tlsPool, tlsPoolFull } from './tls-pool.ts';
import { useFloor } from './use-floor.ts';

/** In the order of the tables. */
export const contestants: readonly Contestant[] = [
  syncFloor,
  awaitFloor,
  useFloor,
  openEach,
  freeList,
  pool,
  genericPool,
  lightningPool,
  mariadb,
  pgPool,
  tarn,
  tlsConnect,
  tlsConnectResumed,
  tlsPoolFull,
  tlsPool,
  undiciRequest,
  undiciDispatch,
  nodeAgent,
  httpPoolRequest,
  httpPoolDispatcher,
  httpPoolAgent,
];

export const peers: readonly Contestant[] = contestants.filter(({ role }) => role === 'peer');
