import { type InitHook, type OpenError, Pool, type PoolOptions } from '@pool/core';
import { FakeClock } from '@pool/core/testing';
import { tcp, type Wire } from '@pool/net';
import { onTestFinished } from 'vitest';

export interface Opening {
  readonly pool: Pool<Wire>;
  readonly clock: FakeClock;
  /** Why the next open that fails did. */
  failure(): Promise<OpenError>;
  /** Until the first one is open; fails with it. */
  ready(): Promise<void>;
}

/** How long an open may take, on the clock of the test. */
export const openTimeoutMs = 10_000;

/** A pool that opens one connection to this machine at once, and another after an hour when that fails. */
export function opening(port: number, init: readonly InitHook<Wire>[], options: Partial<PoolOptions<Wire>> = {}): Opening {
  const clock = new FakeClock();
  const pool = new Pool(tcp({ host: '127.0.0.1', port }), {
    max: 2,
    min: 1,
    init,
    clock,
    openTimeoutMs,
    openBackoff: () => 3_600_000,
    ...options,
  });
  const failed = new Promise<OpenError>((resolve) => {
    pool.on('openError', ({ error }) => resolve(error));
  });
  onTestFinished(async () => {
    const closed = pool.close();
    await clock.advance(60_000);
    await closed;
  });
  return {
    pool,
    clock,
    failure: () => failed,
    ready: () => Promise.race([pool.ready(), failed.then((error) => Promise.reject(error))]),
  };
}
