import type { Contestant } from '../line-pool.ts';
import { genericPool } from './generic-pool.ts';
import { lightningPool } from './lightning-pool.ts';
import { mariadb } from './mariadb.ts';
import { pgPool } from './pg-pool.ts';
import { pool, poolThatTrusts } from './pool.ts';
import { tarn } from './tarn.ts';

/** In the order of the tables. */
export const contestants: readonly Contestant[] = [pool, poolThatTrusts, genericPool, lightningPool, mariadb, pgPool, tarn];
