import { describe, expect, it } from 'vitest';
import { FakeClock, ScriptedConnector } from '../testing/index.ts';
import type { Budget } from './budget.ts';
import { ConnectionBudget } from './connection-budget.ts';
import type { PoolOptions } from './options.ts';
import { Pool } from './pool.ts';

function setUp(budget: Budget | readonly Budget[], options: Partial<PoolOptions<string>> = {}, clock = new FakeClock()) {
  const connector = new ScriptedConnector<string>();
  const pool = new Pool<string>(connector, { max: 4, clock, budget, ...options });
  return { clock, connector, pool };
}

describe('a connection budget that is offered what a pool can do without', () => {
  describe('and a pool with callers of its own', () => {
    /** Two connections, held, with more callers than there are connections; somebody else waits. */
    async function busy() {
      const budget = new ConnectionBudget({ max: 2 });
      const { clock, connector, pool } = setUp(budget, { max: 2 });
      const callers = Array.from({ length: 8 }, () => pool.acquire());
      await clock.settle();
      connector.succeed('a');
      connector.succeed('b');
      const other = setUp(budget, {}, clock);
      const waiting = other.pool.acquire();
      /** The next one that has a connection gives it back. */
      const giveBack = async (): Promise<void> => {
        (await callers.shift())?.release();
        await clock.settle();
      };
      await clock.settle();
      return { clock, connector, pool, other, waiting, giveBack, callers };
    }

    it('lets it keep what it has for half a second, then takes one, and so on', async () => {
      const { clock, connector, other, waiting, giveBack } = await busy();
      await clock.advance(499);
      await giveBack();
      expect(connector.reasons).toEqual([]);
      await clock.advance(1);
      await giveBack();
      expect(connector.reasons).toEqual(['budget']);
      other.connector.succeed('c');
      expect((await waiting).value).toBe('c');
      const again = other.pool.acquire();
      await clock.advance(499);
      await giveBack();
      expect(connector.reasons).toEqual(['budget']);
      await clock.advance(1);
      await giveBack();
      expect(connector.reasons).toEqual(['budget', 'budget']);
      other.connector.succeed('d');
      expect((await again).value).toBe('d');
    });

    it('takes nothing when nobody else waits', async () => {
      const { clock, connector, other, waiting, giveBack } = await busy();
      const outcome = expect(waiting).rejects.toMatchObject({ code: 'POOL_CLOSED' });
      await other.pool.close();
      await outcome;
      await clock.advance(600);
      await giveBack();
      await giveBack();
      expect(connector.reasons).toEqual([]);
    });

    it('counts what goes anyway only once', async () => {
      const { clock, connector, pool, giveBack } = await busy();
      await clock.advance(600);
      pool.recycle();
      await giveBack();
      expect(connector.reasons).toEqual(['recycled']);
    });
  });

  it('has one connection closed for one that waits, however many come back before that one is gone', async () => {
    const budget = new ConnectionBudget({ max: 20 });
    const clock = new FakeClock();
    const closing: (() => void)[] = [];
    const pools = Array.from(
      { length: 20 },
      () =>
        new Pool<string>(
          { open: () => 'slow to close', close: () => new Promise<void>((resolve) => closing.push(resolve)) },
          { max: 1, clock, budget },
        ),
    );
    const leases = await Promise.all(pools.map((pool) => pool.acquire()));
    const { connector, pool } = setUp(budget, {}, clock);
    const waiting = pool.acquire();
    await clock.settle();
    for (const lease of leases) lease.release();
    await clock.settle();
    expect(closing).toHaveLength(1);
    closing[0]?.();
    await clock.settle();
    connector.succeed('a');
    expect((await waiting).value).toBe('a');
  });

  it('is heard whatever another budget of the same pool wants', async () => {
    const [one, two] = [new ConnectionBudget({ max: 1 }), new ConnectionBudget({ max: 2 })];
    const clock = new FakeClock();
    const both = setUp([one, two], {}, clock);
    const first = both.pool.acquire();
    await clock.settle();
    both.connector.succeed('a');
    const lease = await first;
    const ofOne = setUp(one, {}, clock);
    const waiting = ofOne.pool.acquire();
    // The other budget is full, somebody waits for it, and gives up.
    const ofTwo = setUp(two, {}, clock);
    const controller = new AbortController();
    const outcome = Promise.allSettled([
      ofTwo.pool.acquire({ signal: controller.signal }),
      ofTwo.pool.acquire({ signal: controller.signal }),
    ]);
    await clock.settle();
    controller.abort();
    await outcome;
    await clock.settle();
    lease.release();
    await clock.settle();
    expect(both.connector.reasons).toEqual(['budget']);
    ofOne.connector.succeed('b');
    expect((await waiting).value).toBe('b');
  });

  it('asks nobody who has nothing to give, and no more of those who have than it takes', async () => {
    const budget = new ConnectionBudget({ max: 100 });
    const asked: string[] = [];
    const signal = new AbortController().signal;
    const holders = Array.from({ length: 100 }, (_, index) => ({
      name: `pool ${index}`,
      min: 0,
      shed: (count: number) => {
        asked.push(`pool ${index}: ${count}`);
        return count;
      },
    }));
    const memberships = holders.map((holder) => {
      const membership = budget.join(holder);
      void budget.reserve({ holder, signal });
      return membership;
    });
    for (const { offer } of memberships.slice(7, 12)) expect(offer?.()).toBe(false);
    const late = { name: 'late', min: 0, shed: () => 0 };
    void budget.reserve({ holder: late, signal });
    void budget.reserve({ holder: late, signal });
    expect(asked).toEqual(['pool 7: 1', 'pool 8: 1']);
  });

  it('takes the idle connection of the pool that was used longest ago', async () => {
    const budget = new ConnectionBudget({ max: 3 });
    const clock = new FakeClock();
    const tests = [setUp(budget, {}, clock), setUp(budget, {}, clock), setUp(budget, {}, clock)];
    const use = async ({ pool, connector }: (typeof tests)[number]): Promise<void> => {
      const used = pool.use(() => {});
      await clock.settle();
      if (connector.opening > 0) connector.succeed('one');
      await used;
    };
    for (const test of tests) await use(test);
    await use(tests[0] as (typeof tests)[number]);
    const other = setUp(budget, {}, clock);
    const waiting = other.pool.acquire();
    await clock.settle();
    expect(tests.map(({ pool }) => pool.stats.idle)).toEqual([1, 0, 1]);
    other.connector.succeed('b');
    expect((await waiting).value).toBe('b');
  });

  it('waits for what is lent when nobody has anything idle any more', async () => {
    const budget = new ConnectionBudget({ max: 1 });
    const { clock, connector, pool } = setUp(budget);
    const first = pool.use(() => {});
    await clock.settle();
    connector.succeed('a');
    await first;
    const lease = await pool.acquire();
    const other = setUp(budget, {}, clock);
    const waiting = other.pool.acquire();
    await clock.settle();
    expect([budget.waiting, other.connector.opens]).toEqual([1, 0]);
    lease.release();
    await clock.settle();
    expect(connector.reasons).toEqual(['budget']);
    other.connector.succeed('b');
    expect((await waiting).value).toBe('b');
  });

  it('leaves every pool its minimum', async () => {
    const budget = new ConnectionBudget({ max: 2 });
    const { clock, connector, pool } = setUp(budget, { min: 1 });
    const both = [pool.acquire(), pool.acquire()];
    await clock.settle();
    connector.succeed('a');
    connector.succeed('b');
    const leases = await Promise.all(both);
    const other = setUp(budget, {}, clock);
    const waiting = [other.pool.acquire(), other.pool.acquire()];
    await clock.settle();
    for (const lease of leases) lease.release();
    await clock.settle();
    expect(connector.reasons).toEqual(['budget']);
    expect(budget.waiting).toBe(1);
    other.connector.succeed('c');
    for (const acquired of waiting) (await acquired).release();
  });

  it('that fails when something is offered to it takes nothing, and is told of', async () => {
    const budget: Budget = {
      join: () => ({
        offer: () => {
          throw new Error('no answer');
        },
        [Symbol.dispose]: () => {},
      }),
      reserve: () => ({ [Symbol.dispose]: () => {} }),
    };
    const { clock, connector, pool } = setUp(budget);
    const faults: unknown[] = [];
    pool.on('fault', ({ where }) => faults.push(where));
    const used = pool.use(() => {});
    await clock.settle();
    connector.succeed('a');
    await used;
    await clock.settle();
    expect(new Set(faults)).toEqual(new Set(['budget (offer)']));
    expect(pool.stats.idle).toBe(1);
  });

  it('is offered all that idles above a minimum that was lowered, until nobody waits any more', async () => {
    const budget = new ConnectionBudget({ max: 3 });
    const { clock, connector, pool } = setUp(budget, { min: 3 });
    await clock.settle();
    for (const name of ['a', 'b', 'c']) connector.succeed(name);
    await clock.settle();
    const other = setUp(budget, {}, clock);
    const waiting = [other.pool.acquire(), other.pool.acquire()];
    await clock.settle();
    expect(connector.reasons).toEqual([]);
    pool.resize({ min: 0 });
    await clock.settle();
    expect(connector.reasons).toEqual(['budget', 'budget']);
    other.connector.succeed('d');
    other.connector.succeed('e');
    expect((await Promise.all(waiting)).map(({ value }) => value)).toEqual(['d', 'e']);
  });
});
