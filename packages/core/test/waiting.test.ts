import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import type { Lease } from '../src/index.ts';
import { automatic, scripted, watch } from './set-up.ts';

/** Who was served, in order. Each gives back at once, unless told to keep. */
function line() {
  const served: string[] = [];
  const held: Lease<string>[] = [];
  const take = (name: string, keep = false) => ({
    onLease: (lease: Lease<string>) => {
      served.push(name);
      if (keep) held.push(lease);
      else lease.release();
    },
    onRefused: (error: unknown) => served.push(`${name}: ${(error as { code?: string }).code ?? String(error)}`),
  });
  return { served, held, take };
}

describe('the queue', () => {
  it('is served first come, first served, and a newcomer in the turn of a release comes last', async () => {
    const { pool } = automatic({ max: 1 });
    const lease = await pool.acquire();
    const { served, take } = line();
    const names = Array.from({ length: 50 }, (_, index) => `waiter ${index}`);
    for (const name of names) pool.request(take(name));
    lease.release();
    pool.request(take('newcomer'));
    expect(served.slice(0, 50)).toEqual(names);
    // It found the connection idle: nobody was left to wait for.
    expect(pool.stats).toMatchObject({ idle: 0, leased: 1, waiting: 0 });
  });

  it('is not passed by a newcomer while the connection that came back is with somebody else', async () => {
    const { pool } = automatic({ max: 1 });
    const lease = await pool.acquire();
    const { served, held, take } = line();
    for (const name of ['a', 'b', 'c']) pool.request(take(name, true));
    lease.release();
    expect(pool.request(take('d', true))).toBeUndefined();
    expect(pool.tryAcquire()).toBeUndefined();
    expect(served).toEqual(['a']);
    for (let turn = 0; turn < 3; turn++) held[turn]?.release();
    expect(served).toEqual(['a', 'b', 'c', 'd']);
  });

  it('serves lower priorities first, and the middle one when none is given', async () => {
    const { pool } = automatic({ max: 1, priorities: 3 });
    const lease = await pool.acquire();
    const { served, take } = line();
    pool.request(take('third'), { priority: 2 });
    pool.request(take('second'));
    pool.request(take('first'), { priority: 0 });
    pool.request(take('second, too'), { priority: 1 });
    lease.release();
    expect(served).toEqual(['first', 'second', 'second, too', 'third']);
  });

  it('takes the upper middle when there is no middle', async () => {
    const { pool } = automatic({ max: 1, priorities: 2 });
    const lease = await pool.acquire();
    const { served, take } = line();
    pool.request(take('last'), { priority: 1 });
    pool.request(take('default'));
    lease.release();
    expect(served).toEqual(['default', 'last']);
  });

  it('holds maxWaiting callers and refuses the next, saying how full it is', async () => {
    const { pool, clock } = automatic({ max: 1, maxWaiting: 1 });
    const first = pool.acquire();
    const second = watch(pool.acquire());
    await clock.settle();
    expect(second.error).toMatchObject({
      code: 'POOL_QUEUE_FULL',
      maxWaiting: 1,
      stats: { waiting: 1 },
      message:
        "pool 'db' has 1 callers waiting, which is all that maxWaiting (1) allows (max 1: 0 leased, 0 idle, 1 opening, 1 waiting)",
    });
    (await first).release();
    expect(pool.stats.totals).toMatchObject({ asked: 2, acquired: 1, refused: 1 });
  });

  it('of length 0 lends what is idle, and a refusal opens a connection for the next caller', async () => {
    const { pool, clock } = automatic({ max: 1, maxWaiting: 0 });
    await expect(pool.acquire()).rejects.toMatchObject({ code: 'POOL_QUEUE_FULL' });
    await clock.settle();
    expect((await pool.acquire()).value).toBe('c1');
  });

  it('tells how many wait and for how long', async () => {
    const { pool, clock } = scripted({ max: 1 });
    const events: unknown[] = [];
    pool.on('wait', (event) => events.push(event));
    const waits = [watch(pool.acquire())];
    await clock.advance(30);
    waits.push(watch(pool.acquire()));
    await clock.advance(20);
    expect(pool.stats).toMatchObject({ waiting: 2, oldestWaitMs: 50 });
    expect(events).toEqual([{ waiting: 1 }, { waiting: 2 }]);
    expect(waits.map(({ state }) => state)).toEqual(['pending', 'pending']);
  });
});

describe('whoever is ready first serves the oldest waiter', () => {
  it('a discarded connection is replaced for the waiter, without anything else happening', async () => {
    const { pool, clock, connector } = automatic({ max: 1 });
    const lease = await pool.acquire();
    const waiter = watch(pool.acquire());
    lease.discard();
    await clock.settle();
    expect(waiter.value?.value).toBe('c2');
    expect(connector.mostLive).toBe(1);
  });

  it('a failed open leaves nobody behind: all that queue are served after the backoff', async () => {
    const { pool, clock, connector } = scripted({ max: 2, openBackoff: () => 100 });
    const waiters = [watch(pool.acquire()), watch(pool.acquire()), watch(pool.acquire())];
    await clock.settle();
    connector.fail(new Error('refused'));
    connector.fail(new Error('refused'));
    await clock.advance(99);
    expect(connector.opening).toBe(0);
    await clock.advance(1);
    connector.succeed('a');
    await clock.settle();
    waiters[0]?.value?.release();
    await clock.settle();
    waiters[1]?.value?.release();
    await clock.settle();
    expect(waiters.map(({ state }) => state)).toEqual(['fulfilled', 'fulfilled', 'fulfilled']);
  });

  it('a connection that comes back goes to the waiter whose own opening hangs', async () => {
    const { pool, clock, connector } = scripted({ max: 2 });
    const first = pool.acquire();
    await clock.settle();
    connector.succeed('a');
    const lease = await first;
    const second = watch(pool.acquire());
    await clock.settle();
    expect(connector.opening).toBe(1);
    lease.release();
    await Promise.resolve();
    expect(second.value?.value).toBe('a');
  });

  it('a waiter that left lets its opening run, and the next one is served with it', async () => {
    const { pool, clock, connector } = scripted({ max: 1 });
    const controller = new AbortController();
    const first = watch(pool.acquire({ signal: controller.signal }));
    await clock.settle();
    controller.abort(new Error('changed my mind'));
    await clock.settle();
    expect(first.error).toEqual(new Error('changed my mind'));
    expect(connector.contexts[0]?.signal.aborted).toBe(false);
    const second = watch(pool.acquire());
    connector.succeed('a');
    await clock.settle();
    expect(second.value?.value).toBe('a');
    expect(connector.opens).toBe(1);
  });

  it('what was opened for a waiter that left is parked idle', async () => {
    const { pool, clock, connector } = scripted({ max: 1 });
    const first = watch(pool.acquire({ timeoutMs: 10 }));
    await clock.advance(10);
    expect(first.error).toMatchObject({ code: 'POOL_ACQUIRE_TIMEOUT' });
    connector.succeed('a');
    await clock.settle();
    expect(pool.stats).toMatchObject({ idle: 1, leased: 0 });
    expect(connector.closed).toEqual([]);
  });
});

describe('a caller’s limit', () => {
  it('is acquireTimeoutMs, unless the call has its own', async () => {
    const { pool, clock } = scripted({ acquireTimeoutMs: 100 });
    const [general, shorter, longer] = [{}, { timeoutMs: 50 }, { timeoutMs: 150 }].map((own) => watch(pool.acquire(own)));
    await clock.advance(50);
    expect([general?.state, shorter?.state, longer?.state]).toEqual(['pending', 'rejected', 'pending']);
    await clock.advance(50);
    expect([general?.state, longer?.state]).toEqual(['rejected', 'pending']);
    await clock.advance(50);
    expect(longer?.error).toMatchObject({ timeoutMs: 150, waitedMs: 150 });
  });

  it('of Infinity never comes', async () => {
    const { pool, clock, connector } = scripted({ acquireTimeoutMs: Infinity, openTimeoutMs: Infinity });
    const waiter = watch(pool.acquire());
    await clock.advance(1e12);
    expect(waiter.state).toBe('pending');
    connector.succeed('a');
    await clock.settle();
    expect(waiter.state).toBe('fulfilled');
  });

  it('of 0 means now or not at all, and what is missing is opened for the next', async () => {
    const { pool, clock } = automatic({ max: 1 });
    const refused = watch(pool.acquire({ timeoutMs: 0 }));
    await clock.settle();
    expect(refused.error).toMatchObject({
      code: 'POOL_QUEUE_FULL',
      message: expect.stringContaining('the caller does not wait (timeoutMs: 0; max 1: 0 leased, 0 idle, 1 opening)'),
    });
    const lease = await pool.acquire({ timeoutMs: 0 });
    expect(lease.value).toBe('c1');
    await expect(pool.acquire({ timeoutMs: 0 })).rejects.toMatchObject({ code: 'POOL_QUEUE_FULL' });
    expect(pool.stats.totals).toMatchObject({ asked: 3, acquired: 1, refused: 2 });
  });

  it('may be 0 for the whole pool', async () => {
    const { pool } = automatic({ acquireTimeoutMs: 0 });
    await expect(pool.acquire()).rejects.toMatchObject({ code: 'POOL_QUEUE_FULL' });
  });

  it.each(['the limit first', 'the connection first'])(
    'due in the same turn as a connection has one outcome, %s',
    async (first) => {
      for (let round = 0; round < 20; round++) {
        const { pool, clock } = automatic({ max: 1 });
        const lease = await pool.acquire();
        const release = () => clock.schedule(() => lease.release(), 100);
        if (first === 'the connection first') release();
        const waiter = watch(pool.acquire({ timeoutMs: 100 }));
        await clock.settle();
        if (first === 'the limit first') release();
        await clock.advance(100);
        expect(waiter.state).toBe(first === 'the limit first' ? 'rejected' : 'fulfilled');
        expect(pool.stats).toMatchObject({ waiting: 0, idle: 1 - pool.stats.leased });
        waiter.value?.release();
        expect((await pool.acquire()).value).toBe('c1');
      }
    },
  );

  it('that passes in the turn of a release lets the connection go on to the next who still waits', async () => {
    const { pool, clock } = automatic({ max: 1 });
    const lease = await pool.acquire();
    const controller = new AbortController();
    const waiters = [
      watch(pool.acquire({ signal: controller.signal })),
      watch(pool.acquire({ timeoutMs: 10 })),
      watch(pool.acquire()),
    ];
    await clock.settle();
    clock.schedule(() => {
      controller.abort(new Error('gone'));
      lease.release();
    }, 10);
    await clock.advance(10);
    expect(waiters.map(({ state }) => state)).toEqual(['rejected', 'rejected', 'fulfilled']);
    expect(waiters[2]?.value?.value).toBe('c1');
  });

  it('that passes says what the caller waited for, and who holds the connections', async () => {
    const { pool, clock, connector } = scripted({ max: 1, acquireTimeoutMs: 100 });
    const first = pool.acquire({ label: 'report' });
    await clock.settle();
    connector.succeed('a');
    await first;
    await clock.advance(20);
    const second = watch(pool.acquire());
    await clock.advance(100);
    expect(second.error).toMatchObject({
      message:
        "no connection of pool 'db' came within 100 ms (max 1: 1 leased, 0 idle); connection 1 is held longest, for 120 ms by 'report'. All connections are in use: hold them for less time, or raise max",
      stats: { leased: 1 },
      poolName: 'db',
    });
  });

  it('that passes after a leak was seen says where the oldest holder got its connection', async () => {
    const { pool, clock } = automatic({ max: 1, acquireTimeoutMs: 100, leakAfterMs: 50 });
    const first = await pool.acquire();
    await clock.advance(50);
    first.release();
    const second = await pool.acquire();
    const waiter = watch(pool.acquire());
    await clock.advance(100);
    expect(String(waiter.error)).toMatch(/connection 1 is held longest, for 100 ms at .*\/test\/[^)]*:\d+:\d+\)?\. All/);
    second.release();
  });

  it('that passes while opens fail has their last error as its cause', async () => {
    const { pool, clock, connector } = automatic({ acquireTimeoutMs: 5000 });
    connector.failure = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
    const waiter = watch(pool.acquire());
    await clock.advance(5000);
    expect(waiter.error).toMatchObject({
      code: 'POOL_ACQUIRE_TIMEOUT',
      waitedMs: 5000,
      cause: { code: 'POOL_OPEN_FAILED', cause: connector.failure },
      message: expect.stringMatching(
        /the last open failed: .*ECONNREFUSED\. The endpoint does not take connections: see the cause$/,
      ),
    });
  });

  it.each([
    ['opening takes long', {}, /Opening takes long: look at openTimeoutMs/],
    ['the pool is suspended', { suspend: true }, /The pool is suspended: call resume\(\)/],
  ])('that passes because %s says so', async (_, { suspend = false }: { readonly suspend?: boolean }, advice) => {
    const { pool, clock } = scripted({ acquireTimeoutMs: 100 });
    if (suspend) pool.suspend();
    const waiter = watch(pool.acquire());
    await clock.advance(100);
    expect(String(waiter.error)).toMatch(advice);
  });
});

describe('a caller’s signal', () => {
  it('ends its wait at once, with its reason', async () => {
    const { pool, clock } = scripted();
    const controller = new AbortController();
    const waiter = watch(pool.acquire({ signal: controller.signal }));
    controller.abort('enough');
    await Promise.resolve();
    expect(waiter.error).toBe('enough');
    await clock.settle();
    expect(pool.stats.totals).toMatchObject({ asked: 1, aborted: 1 });
  });

  it('that aborted before the call asks for nothing', async () => {
    const { pool, clock, connector } = scripted();
    await expect(pool.acquire({ signal: AbortSignal.abort('too late') })).rejects.toBe('too late');
    await clock.settle();
    expect(connector.opens).toBe(0);
    expect(pool.stats.totals).toMatchObject({ asked: 1, aborted: 1 });
  });

  it('that aborted is respected also when a connection is idle', async () => {
    const { pool } = automatic({ min: 1 });
    await pool.ready();
    await expect(pool.acquire({ signal: AbortSignal.abort('too late') })).rejects.toBe('too late');
    expect(pool.stats).toMatchObject({ idle: 1, leased: 0 });
  });

  it('that aborts after the connection was handed over changes nothing: the caller owns it', async () => {
    const { pool, clock } = automatic({ max: 1 });
    const lease = await pool.acquire();
    const controller = new AbortController();
    const waiter = watch(pool.acquire({ signal: controller.signal }));
    lease.release();
    controller.abort();
    await clock.settle();
    expect(waiter.state).toBe('fulfilled');
    expect(waiter.value?.active).toBe(true);
    waiter.value?.release();
    expect(pool.stats).toMatchObject({ idle: 1, leased: 0 });
  });

  it('is listened to only while the caller waits, however it ends', async () => {
    const { pool, clock } = automatic({ max: 1 });
    const controller = new AbortController();
    const { signal } = controller;
    const listeners = () => getEventListeners(signal, 'abort').length;
    const lease = await pool.acquire({ signal });
    expect(listeners()).toBe(0);
    const waits = [watch(pool.acquire({ signal })), watch(pool.acquire({ signal, timeoutMs: 5 })), watch(pool.ready({ signal }))];
    expect(listeners()).toBe(1);
    await clock.advance(5);
    lease.release();
    await clock.settle();
    expect(waits.map(({ state }) => state)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    waits.push(watch(pool.acquire({ signal })));
    expect(listeners()).toBe(1);
    void pool.close();
    expect(listeners()).toBe(0);
  });

  it('is listened to once, however many callers share it', async () => {
    const { pool } = automatic({ max: 1 });
    const lease = await pool.acquire();
    const controller = new AbortController();
    const { signal } = controller;
    let refused = 0;
    const count = () => {
      refused++;
    };
    for (let waiter = 0; waiter < 100; waiter++) pool.request({ onLease: count, onRefused: count }, { signal });
    const work = Array.from({ length: 100 }, () => watch(pool.use(() => {}, { signal })));
    expect(getEventListeners(signal, 'abort')).toHaveLength(1);
    controller.abort();
    expect(refused).toBe(100);
    expect(pool.stats.waiting).toBe(0);
    await Promise.resolve();
    await Promise.resolve();
    expect(work.every(({ state }) => state === 'rejected')).toBe(true);
    expect(lease.active).toBe(true);
  });
});

describe('trying without waiting', () => {
  it('gets an idle connection, or nothing and an opening for the next try', async () => {
    const { pool, clock, connector } = automatic({ max: 1 });
    expect(pool.tryAcquire()).toBeUndefined();
    expect(pool.tryAcquire()).toBeUndefined();
    await clock.settle();
    expect(connector.opens).toBe(1);
    const lease = pool.tryAcquire();
    expect(lease?.value).toBe('c1');
    expect(pool.tryAcquire()).toBeUndefined();
    await clock.settle();
    expect(connector.opens).toBe(1);
  });

  it('remembers through the backoff that a connection was missed', async () => {
    const { pool, clock, connector } = automatic({ max: 1, openBackoff: () => 100 });
    connector.failure = new Error('refused');
    pool.tryAcquire();
    await clock.settle();
    connector.failure = undefined;
    expect(pool.tryAcquire()).toBeUndefined();
    await clock.advance(100);
    expect(pool.tryAcquire()?.value).toBe('c2');
  });
});

describe('a request with callbacks', () => {
  it('returns an idle connection at once and calls nobody', async () => {
    const { pool, clock } = automatic({ min: 1 });
    await pool.ready();
    const { served, take } = line();
    const lease = pool.request(take('x'));
    expect(lease?.value).toBe('c1');
    await clock.settle();
    expect(served).toEqual([]);
  });

  it('is refused through its callback, before it returns when the answer is known', async () => {
    const { pool, clock } = scripted({ max: 1 });
    const { served, take } = line();
    pool.request(take('no wait'), { timeoutMs: 0 });
    pool.request(take('aborted'), { signal: AbortSignal.abort('over') });
    expect(served).toEqual(['no wait: POOL_QUEUE_FULL', 'aborted: over']);
    pool.request(take('limit'), { timeoutMs: 10 });
    await clock.advance(10);
    expect(served[2]).toBe('limit: POOL_ACQUIRE_TIMEOUT');
  });

  it('throws only what its options deserve', () => {
    const { pool } = scripted();
    const { take } = line();
    expect(() => pool.request(take('x'), { timeoutMs: -1 })).toThrow(
      "option 'timeoutMs' must be a number of milliseconds >= 0 (Infinity: never), not -1",
    );
  });
});

describe('waiting for the pool to be ready', () => {
  it('ends when min connections are there', async () => {
    const { pool, clock, connector } = scripted({ min: 2 });
    const ready = watch(pool.ready());
    await clock.settle();
    connector.succeed('a');
    await clock.settle();
    expect(ready.state).toBe('pending');
    connector.succeed('b');
    await clock.settle();
    expect(ready.state).toBe('fulfilled');
    expect(pool.stats.totals.asked).toBe(0);
  });

  it('opens one when min is 0', async () => {
    const { pool, connector } = automatic();
    await pool.ready();
    expect(connector.opens).toBe(1);
    expect(pool.stats.idle).toBe(1);
    await pool.ready();
    expect(connector.opens).toBe(1);
  });

  it('ends with the limit, the signal, a fatal failure or the close of the pool', async () => {
    const { pool, clock, connector } = scripted({ min: 1, rejectOn: [(error) => String(error).includes('password')] });
    const limited = watch(pool.ready({ timeoutMs: 10 }));
    const controller = new AbortController();
    const aborted = watch(pool.ready({ signal: controller.signal }));
    const early = watch(pool.ready({ signal: AbortSignal.abort('never mind') }));
    const fatal = watch(pool.ready());
    await clock.advance(10);
    expect(limited.error).toMatchObject({ code: 'POOL_ACQUIRE_TIMEOUT' });
    expect(early.error).toBe('never mind');
    controller.abort('enough');
    await clock.settle();
    expect(aborted.error).toBe('enough');
    connector.fail(new Error('wrong password'));
    await clock.settle();
    expect(fatal.error).toMatchObject({ code: 'POOL_OPEN_FAILED' });
    pool.suspend();
    const closed = watch(pool.ready());
    void pool.close();
    await clock.settle();
    expect(closed.error).toMatchObject({ code: 'POOL_CLOSED' });
    await expect(pool.ready()).rejects.toMatchObject({ code: 'POOL_CLOSED' });
    expect(pool.stats.totals).toMatchObject({ asked: 0, refused: 0, aborted: 0 });
  });
});
