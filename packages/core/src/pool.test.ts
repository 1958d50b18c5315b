import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { FakeClock, ScriptedConnector } from '../testing/index.ts';
import { ConnectionError } from './errors.ts';
import { Pool } from './pool.ts';

function setUp(options: Partial<ConstructorParameters<typeof Pool<string>>[1]> = {}) {
  const clock = new FakeClock();
  const connector = new ScriptedConnector<string>();
  const pool = new Pool<string>(connector, { max: 2, name: 'db', clock, ...options });
  return { clock, connector, pool };
}

describe('a pool', () => {
  it('opens its minimum from the start, without anybody asking', async () => {
    const { clock, connector, pool } = setUp({ min: 2 });
    await clock.settle();
    expect(connector.opening).toBe(2);
    connector.succeed('a');
    connector.succeed('b');
    await clock.settle();
    expect(pool.stats).toMatchObject({ idle: 2, opening: 0, leased: 0 });
  });

  it('lends an idle connection at once and takes it back', async () => {
    const { clock, connector, pool } = setUp({ min: 1 });
    await clock.settle();
    connector.succeed('a');
    await clock.settle();
    const lease = await pool.acquire();
    expect(lease.value).toBe('a');
    expect(pool.stats.leased).toBe(1);
    lease.release();
    expect(pool.stats).toMatchObject({ leased: 0, idle: 1 });
    expect(() => lease.release()).toThrow(/it ended with release\(\)/);
    expect(() => lease.value).toThrow();
  });

  it('replaces a discarded connection and serves the waiter with the fresh one', async () => {
    const { clock, connector, pool } = setUp({ max: 1 });
    const first = pool.acquire();
    await clock.settle();
    connector.succeed('a');
    const lease = await first;
    const second = pool.acquire();
    lease.discard();
    await clock.settle();
    expect(connector.closed).toEqual(['a']);
    connector.succeed('b');
    expect((await second).value).toBe('b');
  });

  it('rejects a caller in time and says how full it was', async () => {
    const { clock, connector, pool } = setUp({ max: 1, acquireTimeoutMs: 100 });
    const first = pool.acquire({ label: 'report' });
    await clock.settle();
    connector.succeed('a');
    await first;
    const second = pool.acquire();
    const outcome = expect(second).rejects.toThrow(
      "no connection of pool 'db' came within 100 ms (max 1: 1 leased, 0 idle); connection 1 is held longest",
    );
    await clock.advance(100);
    await outcome;
    expect(pool.stats.totals).toMatchObject({ asked: 2, acquired: 1, timedOut: 1 });
  });

  it('closes: refuses waiters now, waits for leases, closes everything', async () => {
    const { clock, connector, pool } = setUp({ max: 1 });
    const first = pool.acquire();
    await clock.settle();
    connector.succeed('a');
    const lease = await first;
    const waiter = pool.acquire();
    const outcome = expect(waiter).rejects.toMatchObject({ code: 'POOL_CLOSED' });
    const closing = pool.close();
    await outcome;
    lease.release();
    expect(await closing).toEqual({ leaked: [] });
    expect(connector.closed).toEqual(['a']);
    expect(pool.state).toBe('closed');
    expect(clock.pending).toBe(0);
    await expect(pool.acquire()).rejects.toMatchObject({ code: 'POOL_CLOSED' });
  });

  it('gives the connection back after an error that is the caller’s own business, and discards it after a ConnectionError', async () => {
    const { clock, connector, pool } = setUp({ min: 1 });
    await clock.settle();
    connector.succeed('a');
    await clock.settle();
    await expect(
      pool.use(() => {
        throw new Error('no such row');
      }),
    ).rejects.toThrow('no such row');
    expect(pool.stats.idle).toBe(1);
    await expect(
      pool.use(() => {
        throw new ConnectionError('out of step');
      }),
    ).rejects.toThrow('out of step');
    await clock.settle();
    expect(connector.reasons).toEqual(['broken']);
    expect(connector.opening).toBe(1);
  });

  it('prints what it is worth knowing', () => {
    const { pool } = setUp({ min: 1 });
    expect(inspect(pool)).toBe("Pool 'db' { open, min 1, max 2: 0 leased, 0 idle, 1 opening }");
  });
});
