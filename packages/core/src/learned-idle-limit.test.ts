import { describe, expect, it } from 'vitest';
import { FakeClock, ScriptedConnector } from '../testing/index.ts';
import type { PoolOptions } from './options.ts';
import { Pool } from './pool.ts';

/** A peer that closes connections which were idle for a second, and says nothing of it. */
async function setUp(options: Partial<PoolOptions<number>> = {}, ping?: () => void) {
  const clock = new FakeClock();
  let opened = 0;
  let limitMs = 1000;
  const heard = new Map<number, number>();
  const watchers = new Map<number, () => void>();
  const reasons: string[] = [];
  const notices: string[] = [];
  const pool = new Pool<number>(
    {
      open: () => {
        heard.set(++opened, clock.now());
        return opened;
      },
      close: (connection, { reason }) => {
        heard.delete(connection);
        reasons.push(reason);
      },
      watch: (connection, onBroken) => {
        watchers.set(connection, () => onBroken(new Error('closed by the peer')));
        return () => watchers.delete(connection);
      },
      ...(ping === undefined
        ? {}
        : {
            ping: (connection: number) => {
              heard.set(connection, clock.now());
              ping();
            },
          }),
    },
    { max: 4, clock, idleTimeoutMs: Infinity, ...options },
  );
  pool.on('notice', ({ code }) => notices.push(code));
  const pass = async (ms: number): Promise<void> => {
    for (let passed = 0; passed < ms; passed += 10) {
      await clock.advance(10);
      for (const [connection, at] of heard) {
        if (clock.now() - at >= limitMs) watchers.get(connection)?.();
      }
    }
  };
  const use = (): Promise<void> =>
    pool.use((connection) => {
      heard.set(connection, clock.now());
    });
  return {
    clock,
    pool,
    pass,
    use,
    reasons,
    notices,
    opens: () => opened,
    limit: (ms: number) => {
      limitMs = ms;
    },
  };
}

describe('a peer that closes idle connections unannounced', () => {
  it('is noticed after a few, and its connections are retired before it closes them', async () => {
    const { pool, pass, use, reasons, notices } = await setUp();
    for (let round = 0; round < 3; round++) {
      await use();
      await pass(1200);
    }
    expect(pool.stats.learnedIdleLimitMs).toBeGreaterThanOrEqual(990);
    expect(pool.stats.learnedIdleLimitMs).toBeLessThanOrEqual(1020);
    expect(notices).toEqual(['idle-limit']);
    reasons.length = 0;
    for (let round = 0; round < 5; round++) {
      await use();
      await pass(1200);
    }
    expect(reasons).toEqual(Array(5).fill('idle-limit'));
    await pool.close();
  });

  it('has its connections pinged in time when they can be, so that they stay', async () => {
    let pings = 0;
    const { pool, pass, use, opens } = await setUp({}, () => pings++);
    for (let round = 0; round < 3; round++) {
      await use();
      await pass(1200);
    }
    await use();
    const before = opens();
    await pass(10_000);
    expect(opens()).toBe(before);
    expect(pings).toBeGreaterThanOrEqual(10);
    await pool.close();
  });

  it('is not opened to in vain: after one round of replacements the minimum waits for callers', async () => {
    const { pool, pass, opens, notices } = await setUp({ min: 2 });
    await pass(30_000);
    expect(opens()).toBeLessThanOrEqual(2 * 3 + 2 + 2);
    expect(notices).toContain('min-on-demand');
    await pool.close();
  });

  it('may change its mind: a connection left alone tells, and what was learned is forgotten', async () => {
    const { pool, pass, use, limit, notices } = await setUp();
    for (let round = 0; round < 3; round++) {
      await use();
      await pass(1200);
    }
    expect(pool.stats.learnedIdleLimitMs).toBeDefined();
    limit(Infinity);
    await pass(60_000);
    await use();
    await pass(3_000);
    expect(notices).toContain('idle-limit-forgotten');
    expect(pool.stats.learnedIdleLimitMs).toBeUndefined();
    await pool.close();
  });

  it('is noticed also when its goodbye always meets a caller on the way', async () => {
    const { clock, pool, pass, use, reasons } = await setUp();
    for (let round = 0; round < 3; round++) {
      await use();
      await pass(990);
      const lease = await pool.acquire();
      await pass(20);
      lease.discard('broken', new Error('closed by the peer'));
    }
    expect(pool.stats.learnedIdleLimitMs).toBeGreaterThanOrEqual(990);
    expect(pool.stats.learnedIdleLimitMs).toBeLessThanOrEqual(1020);
    await clock.settle();
    expect(reasons).toEqual(['broken', 'broken', 'broken']);
    await use();
    await pass(990);
    expect(reasons.slice(3)).toEqual(['idle-limit']);
    await pool.close();
  });

  it('is not suspected when connections break in the middle of long work', async () => {
    const { clock, pool, pass } = await setUp();
    for (let round = 0; round < 5; round++) {
      await pool.use(() => {});
      await clock.advance(600);
      const lease = await pool.acquire();
      await pass(400);
      lease.discard('broken', new Error('closed by the peer'));
    }
    expect(pool.stats.learnedIdleLimitMs).toBeUndefined();
    await pool.close();
  });

  it('is not suspected when connections break at different ages', async () => {
    const { clock, pool } = await setUp();
    const connector = new ScriptedConnector<string>();
    const other = new Pool<string>(connector, { max: 1, min: 1, clock });
    for (const [index, age] of [300, 900, 2000, 450, 1300].entries()) {
      // What breaks so young makes the pool careful: the next one opens a little later.
      await clock.advance(1000);
      connector.succeed(`c${index}`);
      await clock.advance(age);
      connector.kill(`c${index}`);
    }
    expect(other.stats.learnedIdleLimitMs).toBeUndefined();
    await pool.close();
  });
});
