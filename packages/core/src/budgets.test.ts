import { describe, expect, it } from 'vitest';
import { FakeClock, ScriptedConnector } from '../testing/index.ts';
import type { Budget, BudgetHolder, Permit } from './budget.ts';
import { ConnectionBudget } from './connection-budget.ts';
import { OpenRateLimit } from './open-rate-limit.ts';
import type { PoolOptions } from './options.ts';
import { Pool } from './pool.ts';

function setUp(budget: Budget | readonly Budget[], options: Partial<PoolOptions<string>> = {}, clock = new FakeClock()) {
  const connector = new ScriptedConnector<string>();
  const pool = new Pool<string>(connector, { max: 4, clock, budget, ...options });
  return { clock, connector, pool };
}

describe('a connection budget', () => {
  it('bounds the connections of all pools that joined it', async () => {
    const budget = new ConnectionBudget({ max: 3 });
    const one = setUp(budget, { min: 2 });
    const two = setUp(budget, { min: 4 }, one.clock);
    await one.clock.settle();
    expect(one.connector.opening).toBe(2);
    expect(two.connector.opening).toBe(1);
    expect(two.pool.stats).toMatchObject({ reserving: 3, opening: 1 });
    expect(budget.inUse).toBe(3);
  });

  it('gets a permit back only when the connection has closed, and hands it on then', async () => {
    const budget = new ConnectionBudget({ max: 1 });
    const clock = new FakeClock();
    let finishClosing = (): void => {};
    const slow = new Pool<string>(
      { open: () => 'slow', close: () => new Promise<void>((resolve) => (finishClosing = resolve)) },
      { max: 1, clock, budget },
    );
    const lease = await slow.acquire();
    const { connector, pool } = setUp(budget, {}, clock);
    const waiting = pool.acquire();
    await clock.settle();
    lease.discard();
    await clock.settle();
    expect(connector.opening).toBe(0);
    finishClosing();
    await clock.settle();
    expect(connector.opening).toBe(1);
    connector.succeed('b');
    expect((await waiting).value).toBe('b');
  });

  it('gets its permits back from openings that fail, from detached connections, and from closed pools', async () => {
    const budget = new ConnectionBudget({ max: 2 });
    const { clock, connector, pool } = setUp(budget);
    const waiting = [pool.acquire(), pool.acquire()];
    const outcomes = Promise.allSettled(waiting);
    await clock.settle();
    connector.fail(new Error('refused'));
    connector.succeed('a');
    await clock.settle();
    // The success ends the backoff: the second caller is opened for at once, under the permit of the failed opening.
    expect([connector.opening, budget.inUse, budget.waiting]).toEqual([1, 2, 0]);
    (await (waiting[0] as (typeof waiting)[0])).detach();
    expect(budget.inUse).toBe(1);
    connector.succeed('b');
    await outcomes;
    const closing = pool.close({ drainTimeoutMs: 0 });
    await clock.advance(0);
    await closing;
    expect(budget.inUse).toBe(0);
  });

  it('does not keep a place in the line for a caller that left', async () => {
    const budget = new ConnectionBudget({ max: 1 });
    const one = setUp(budget, { min: 1 });
    await one.clock.settle();
    one.connector.succeed('a');
    await one.clock.settle();
    const lease = await one.pool.acquire();
    const two = setUp(budget, {}, one.clock);
    const controller = new AbortController();
    const outcome = expect(two.pool.acquire({ signal: controller.signal })).rejects.toThrow('changed my mind');
    await one.clock.settle();
    expect(budget.waiting).toBe(1);
    controller.abort(new Error('changed my mind'));
    await outcome;
    await one.clock.settle();
    expect(budget.waiting).toBe(0);
    lease.release();
    expect(one.pool.stats.idle).toBe(1);
  });

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

  it('destroys a connection at once when its permit is lost, also while it is lent', async () => {
    const losing = new AbortController();
    const budget: Budget = {
      join: (_holder: BudgetHolder) => ({ [Symbol.dispose]: () => {} }),
      reserve: async (): Promise<Permit> => ({ lost: losing.signal, [Symbol.dispose]: () => {} }),
    };
    const { clock, connector, pool } = setUp(budget);
    const waiting = pool.acquire();
    await clock.settle();
    connector.succeed('a');
    const lease = await waiting;
    losing.abort();
    await clock.settle();
    expect(lease.active).toBe(false);
    expect(connector.reasons).toEqual(['permit-lost']);
  });

  it('does not deadlock with a second one that other pools ask for in another order', async () => {
    const connections = new ConnectionBudget({ max: 1 });
    const others = new ConnectionBudget({ max: 1 });
    const one = setUp([connections, others]);
    const two = setUp([others, connections], {}, one.clock);
    const served: string[] = [];
    const use = async (test: typeof one, name: string): Promise<void> => {
      await test.pool.use(() => served.push(name));
    };
    const both = Promise.all([use(one, 'one'), use(two, 'two')]);
    for (let turn = 0; turn < 5; turn++) {
      await one.clock.settle();
      if (one.connector.opening > 0) one.connector.succeed('a');
      if (two.connector.opening > 0) two.connector.succeed('b');
    }
    await both;
    expect(served.toSorted()).toEqual(['one', 'two']);
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

  it('that fails is asked again after a pause, and told of', async () => {
    let asked = 0;
    const budget: Budget = {
      join: () => ({ [Symbol.dispose]: () => {} }),
      reserve: () => {
        if (++asked < 3) throw new Error('no answer');
        return { [Symbol.dispose]: () => {} };
      },
    };
    const { clock, connector, pool } = setUp(budget, { min: 1 });
    const faults: unknown[] = [];
    pool.on('fault', ({ where }) => faults.push(where));
    await clock.settle();
    expect(asked).toBe(1);
    await clock.advance(2500);
    expect(asked).toBe(3);
    expect(faults).toEqual(['budget', 'budget']);
    expect(connector.opening).toBe(1);
  });
});

describe('an open rate limit', () => {
  it('spaces openings over every pool that joined, first come first served', async () => {
    const clock = new FakeClock();
    const limit = new OpenRateLimit({ opens: 2, perMs: 1000, clock });
    const one = setUp(limit, { min: 3 }, clock);
    const two = setUp(limit, { min: 2 }, clock);
    await clock.settle();
    expect([one.connector.opens, two.connector.opens]).toEqual([2, 0]);
    await clock.advance(999);
    expect([one.connector.opens, two.connector.opens]).toEqual([2, 0]);
    await clock.advance(1);
    expect([one.connector.opens, two.connector.opens]).toEqual([3, 1]);
    await clock.advance(1000);
    expect([one.connector.opens, two.connector.opens]).toEqual([3, 2]);
  });

  it('refuses numbers that cannot be', () => {
    expect(() => new OpenRateLimit({ opens: 0, perMs: 1 })).toThrow(/'opens' must be an integer >= 1, not 0/);
    expect(() => new ConnectionBudget({ max: 0.5 })).toThrow(/'max' must be an integer >= 1, not 0.5/);
  });
});
