import { HttpPool, type HttpPoolOptions, type OriginStats } from '@pool/http';
import { onTestFinished } from 'vitest';

/** Closed when the test is finished. */
export function openPool(options?: HttpPoolOptions): HttpPool {
  const pool = new HttpPool(options);
  onTestFinished(() => pool.close({ drainTimeoutMs: 0 }));
  return pool;
}

/** Of the one origin that was asked for. */
export function onlyOrigin(pool: HttpPool): OriginStats {
  const [stats, ...others] = pool.stats;
  if (stats === undefined || others.length > 0) throw new Error(`expected one origin, found ${pool.stats.length}`);
  return stats;
}
