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
