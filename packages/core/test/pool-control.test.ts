import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { PoolControl, PoolEvents } from '../src/index.ts';
import { automatic, type Options, watch } from './set-up.ts';

/** A pool, and the control its connector was given. */
function controlled(options: Options, hooks: Parameters<typeof automatic>[1] = {}) {
  let control: PoolControl<string> | undefined;
  let detached = 0;
  const all = automatic(options, {
    attach: (given) => {
      control = given;
      return () => detached++;
    },
    ...hooks,
  });
  return { ...all, control: control as unknown as PoolControl<string>, detached: () => detached };
}

describe('a connector with the means to act on its pool', () => {
  it('is given them once, and lets go of them when the pool is closed', async () => {
    const { pool, clock, detached } = controlled({ min: 1 });
    await pool.ready();
    const lease = await pool.acquire();
    void pool.close();
    expect(detached()).toBe(0);
    lease.release();
    await clock.settle();
    expect(detached()).toBe(1);
  });

  it('replaces every connection: idle ones now, lent ones on return', async () => {
    const { pool, clock, connector, control } = controlled({ max: 3, min: 2 });
    const [first] = [await pool.acquire(), await pool.ready()];
    control.recycle();
    await clock.settle();
    expect(connector.closed).toEqual(['c2']);
    first.release();
    await clock.settle();
    expect(connector.closed).toEqual(['c2', 'c1']);
    expect(connector.reasons).toEqual(['recycled', 'recycled']);
    expect(pool.stats.idle).toBe(2);
  });

  it('retires one: now if it is idle, else when it comes back', async () => {
    const { pool, clock, connector, control } = controlled({ max: 2, min: 2 });
    await pool.ready();
    const lease = await pool.acquire();
    control.retire('c1', 'rotated');
    control.retire('c2', 'rotated');
    await clock.settle();
    expect(connector.closed).toEqual(['c1']);
    expect(lease.retiring.aborted).toBe(true);
    lease.release();
    await clock.settle();
    expect(connector.closed).toEqual(['c1', 'c2']);
    expect(connector.reasons).toEqual(['rotated', 'rotated']);
  });

  it('lets one expire at a moment of the pool’s clock, only ever earlier', async () => {
    const { pool, clock, connector, control } = controlled({ max: 2, min: 2 });
    await clock.advance(500);
    control.expireAt('c1', control.now() + 100);
    control.expireAt('c1', control.now() + 1000);
    const lease = await pool.acquire();
    control.expireAt(lease.value, control.now() + 50);
    await clock.advance(99);
    expect(connector.closed).toEqual([]);
    expect(lease.retiring.aborted).toBe(true);
    await clock.advance(1);
    expect(connector.closed).toEqual(['c1']);
    lease.release();
    await clock.settle();
    expect(connector.reasons).toEqual(['max-lifetime', 'max-lifetime']);
  });

  it('parks one: it is not lent for a while', async () => {
    const { pool, clock, control } = controlled({ max: 1, min: 1 });
    await pool.ready();
    control.park('c1', 100);
    expect(pool.tryAcquire()).toBeUndefined();
    const waiter = watch(pool.acquire());
    await clock.advance(99);
    expect(waiter.state).toBe('pending');
    expect(pool.stats.idle).toBe(1);
    await clock.advance(1);
    expect(waiter.value?.value).toBe('c1');
  });

  it('parks one that is lent when it comes back, for what is left of the time', async () => {
    const { pool, clock, control } = controlled({ max: 1, maxLifetimeMs: 100_000 });
    (await pool.acquire()).release();
    await clock.advance(10);
    const lease = await pool.acquire();
    control.park('c1', 100);
    await clock.advance(40);
    lease.release();
    const waiter = watch(pool.acquire());
    await clock.advance(59);
    expect(waiter.state).toBe('pending');
    await clock.advance(1);
    expect(waiter.value?.value).toBe('c1');
  });

  it('opens a second one for those who wait while the first is parked', async () => {
    const { pool, clock, control } = controlled({ max: 2, min: 1 });
    await pool.ready();
    control.park('c1', 1000);
    const waiter = watch(pool.acquire());
    await clock.settle();
    expect(waiter.value?.value).toBe('c2');
  });

  it('pauses opening for a while, the longest of all that was said', async () => {
    const { pool, clock, connector, control } = controlled({ max: 2 });
    control.pause(100);
    control.pause(50);
    const waiter = watch(pool.acquire());
    await clock.advance(99);
    expect(connector.opens).toBe(0);
    await clock.advance(1);
    expect(waiter.state).toBe('fulfilled');
  });

  it('limits the pool for a while', async () => {
    const { pool, clock, connector, control } = controlled({ max: 4, min: 3 });
    await pool.ready();
    await clock.settle();
    control.limit(1, 1000);
    await clock.settle();
    expect(pool.stats).toMatchObject({ effectiveMax: 1, max: 4, idle: 1 });
    expect(inspect(pool)).toBe("Pool 'db' { open, min 3, max 1 (of 4): 0 leased, 1 idle }");
    expect(connector.reasons).toEqual(['resized', 'resized']);
    await clock.advance(1000);
    expect(pool.stats).toMatchObject({ effectiveMax: 4, idle: 3 });
  });

  it('cannot limit it to nothing, nor to more than its max', async () => {
    const { pool, control } = controlled({ max: 4 });
    control.limit(0, 1000);
    expect(pool.stats.effectiveMax).toBe(1);
    expect((await pool.acquire()).active).toBe(true);
    control.limit(100, 1000);
    expect(pool.stats.effectiveMax).toBe(4);
  });

  it('notices for whoever listens', async () => {
    const { pool, clock, control } = controlled({});
    const notices: PoolEvents['notice'][] = [];
    pool.on('notice', (...event) => notices.push(event));
    control.notice('certificate', { daysLeft: 3 });
    await clock.settle();
    expect(notices).toEqual([[{ code: 'certificate', detail: { daysLeft: 3 } }]]);
  });

  it('may say things about a connection while it is made ready', async () => {
    let control: PoolControl<string> | undefined;
    const { pool, clock, connector } = automatic(
      {
        max: 3,
        min: 3,
        init: (connection) => {
          if (connection === 'c1') control?.expireAt(connection, 100);
          if (connection === 'c2') control?.park(connection, 100);
          if (connection === 'c3') control?.retire(connection, 'greeted badly');
        },
      },
      {
        attach: (given) => {
          control = given;
          return () => {};
        },
      },
    );
    await clock.settle();
    expect(connector.reasons).toEqual(['greeted badly']);
    await Promise.all([pool.acquire(), pool.acquire()]).then((leases) => {
      expect(leases.map(({ value }) => value).toSorted()).toEqual(['c1', 'c4']);
    });
    await clock.advance(100);
    expect((await pool.acquire()).value).toBe('c2');
  });

  it('does nothing to a connection the pool no longer holds', async () => {
    const { pool, clock, connector, control } = controlled({ max: 2 });
    (await pool.acquire()).discard();
    (await pool.acquire()).detach();
    await clock.settle();
    const before = pool.stats;
    for (const connection of ['c1', 'c2', 'never opened']) {
      control.retire(connection, 'x');
      control.expireAt(connection, 0);
      control.park(connection, 1e9);
    }
    await clock.advance(1000);
    expect(pool.stats).toEqual(before);
    expect(connector.closed).toEqual(['c1']);
  });

  it('does nothing to a pool that is closed', async () => {
    const { pool, clock, connector, control } = controlled({ min: 1 });
    await pool.ready();
    await pool.close();
    control.recycle();
    control.pause(10);
    control.limit(1, 10);
    control.retire('c1', 'x');
    await clock.advance(1000);
    expect(pool.state).toBe('closed');
    expect(connector.opens).toBe(1);
  });

  it.each([
    ['limit', (control: PoolControl<string>) => control.limit(Number.NaN, 1000)],
    ['limit', (control: PoolControl<string>) => control.limit(1, Number.NaN)],
    ['pause', (control: PoolControl<string>) => control.pause(Number.NaN)],
    ['pause', (control: PoolControl<string>) => control.pause(-1)],
    ['park', (control: PoolControl<string>) => control.park('c1', Number.NaN)],
    ['expireAt', (control: PoolControl<string>) => control.expireAt('c1', Number.NaN)],
    ['expireAt', (control: PoolControl<string>) => control.expireAt('c1', 'soon' as unknown as number)],
  ])('that says what makes no sense (%s) is reported and not obeyed', async (call, act) => {
    const { pool, clock, control, faults } = controlled({ max: 3, min: 2, idleTimeoutMs: 1000 });
    await pool.ready();
    await clock.settle();
    act(control);
    await clock.settle();
    expect(faults).toMatchObject([{ where: call, error: { code: 'POOL_BAD_OPTION' } }]);
    expect(pool.stats).toMatchObject({ effectiveMax: 3, idle: 2 });
    const leases = await Promise.all([pool.acquire(), pool.acquire(), pool.acquire()]);
    for (const lease of leases) lease.release();
    await clock.advance(1000);
    expect(pool.stats.idle).toBe(2);
  });

  it('takes the whole number below for a limit', async () => {
    const { pool, clock, control } = controlled({ max: 5, min: 5 });
    await clock.settle();
    control.limit(2.5, 1000);
    await clock.settle();
    expect(pool.stats).toMatchObject({ effectiveMax: 2, idle: 2 });
  });

  it.each([
    [
      'attaching',
      {
        attach: () => {
          throw new Error('attach');
        },
      },
    ],
    [
      'detaching',
      {
        attach: () => () => {
          throw new Error('attach');
        },
      },
    ],
  ])('that throws while %s is reported, and the pool works', async (_, hooks) => {
    const { pool, clock, faults } = automatic({ max: 1 }, hooks);
    (await pool.acquire()).release();
    await pool.close();
    await clock.settle();
    // The constructor had no listener yet.
    expect(faults.every(({ where }) => where === 'attach')).toBe(true);
    expect(pool.state).toBe('closed');
  });
});

describe('a suspended pool', () => {
  it('lends nothing and opens nothing; callers queue within their limits and are served afterwards', async () => {
    const { pool, clock, connector } = automatic({ max: 2, min: 1 });
    await pool.ready();
    pool.suspend();
    expect(pool.state).toBe('suspended');
    const waiters = [watch(pool.acquire()), watch(pool.acquire({ timeoutMs: 100 })), watch(pool.acquire())];
    expect(pool.tryAcquire()).toBeUndefined();
    await clock.advance(100);
    expect(waiters.map(({ state }) => state)).toEqual(['pending', 'rejected', 'pending']);
    expect(connector.opens).toBe(1);
    pool.resume();
    expect(pool.state).toBe('open');
    await clock.settle();
    expect(waiters.map(({ state }) => state)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(connector.opens).toBe(2);
  });

  it('takes leases back, makes them clean and closes broken ones', async () => {
    const { pool, clock, connector } = automatic({ max: 2 }, { reset: () => {} });
    const leases = await Promise.all([pool.acquire(), pool.acquire()]);
    pool.suspend();
    leases[0]?.release();
    leases[1]?.discard();
    await clock.settle();
    expect(pool.stats).toMatchObject({ idle: 1, leased: 0 });
    expect(connector.closed).toEqual(['c2']);
    expect(connector.opens).toBe(2);
  });

  it('keeps what was opening, idle', async () => {
    const { pool, clock } = automatic({ max: 2 }, {}, { openMs: 10 });
    const waiter = watch(pool.acquire());
    await clock.settle();
    pool.suspend();
    await clock.advance(10);
    expect(pool.stats.idle).toBe(1);
    expect(waiter.state).toBe('pending');
    pool.resume();
    await clock.settle();
    expect(waiter.state).toBe('fulfilled');
  });

  it('resumed, restores its minimum and forgets failures', async () => {
    const { pool, clock, connector } = automatic({ max: 2, min: 2, openBackoff: () => 1e9 });
    connector.failure = new Error('refused');
    await clock.settle();
    connector.failure = undefined;
    pool.suspend();
    await clock.advance(1000);
    expect(connector.opens).toBe(2);
    pool.resume();
    await clock.settle();
    expect(pool.stats).toMatchObject({ idle: 2, consecutiveFailures: 0 });
  });
});

describe('recycling', () => {
  it('replaces what was being opened, too, and serves who waits with a fresh one', async () => {
    const { pool, clock, connector } = automatic({ max: 1 }, {}, { openMs: 10 });
    const waiter = watch(pool.acquire());
    await clock.advance(5);
    pool.recycle();
    await clock.advance(15);
    expect(connector.reasons).toEqual(['recycled']);
    expect(waiter.value?.value).toBe('c2');
  });

  it('tries again at once although a backoff is running', async () => {
    const { pool, clock, connector } = automatic({ min: 1, openBackoff: () => 1e9 });
    connector.failure = new Error('refused');
    await clock.settle();
    connector.failure = undefined;
    pool.recycle();
    await clock.settle();
    expect(pool.stats.idle).toBe(1);
  });

  it('replaces what is pinged and made clean when that is over', async () => {
    const finish: (() => void)[] = [];
    const { pool, clock, connector } = automatic(
      { max: 1 },
      { reset: () => new Promise<void>((resolve) => finish.push(resolve)) },
    );
    (await pool.acquire()).release();
    await clock.settle();
    pool.recycle();
    finish[0]?.();
    await clock.settle();
    expect(connector.reasons).toEqual(['recycled']);
  });

  it('never lends what was idle before', async () => {
    const { pool, clock } = automatic({ max: 2, min: 2 }, { close: () => new Promise(() => {}) });
    await pool.ready();
    pool.recycle();
    expect(pool.tryAcquire()).toBeUndefined();
    const waiter = watch(pool.acquire());
    await clock.advance(5000);
    expect(waiter.value?.value).toMatch(/^c[34]$/);
  });
});
