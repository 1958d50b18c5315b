import { describe, expect, it } from 'vitest';
import { automatic, type Hooks, passing, watch } from './set-up.ts';

/** A ping (or reset) whose answers the test gives. */
function answering() {
  const asked: { connection: string; signal: AbortSignal; ok: () => void; fail: (error: unknown) => void }[] = [];
  const step: NonNullable<Hooks['ping']> = (connection, { signal }) =>
    new Promise((resolve, reject) => {
      asked.push({ connection, signal, ok: resolve, fail: reject });
    });
  return { asked, step };
}

describe('a connection that idled for long', () => {
  it('has to answer a ping before it is lent', async () => {
    const { asked, step } = answering();
    const { pool, clock } = automatic({ max: 1, pingAfterIdleMs: 100 }, { ping: step });
    (await pool.acquire()).release();
    await clock.advance(99);
    (await pool.acquire()).release();
    await clock.advance(100);
    const waiter = watch(pool.acquire());
    await clock.settle();
    expect(asked).toHaveLength(1);
    expect(pool.stats).toMatchObject({ checking: 1, idle: 0, waiting: 1 });
    asked[0]?.ok();
    await clock.settle();
    expect(waiter.value?.value).toBe('c1');
    expect(asked[0]?.signal.aborted).toBe(false);
  });

  it('has to answer always when the limit is 0', async () => {
    const pinged: string[] = [];
    const { pool } = automatic({ max: 1, pingAfterIdleMs: 0 }, { ping: (connection) => void pinged.push(connection) });
    // It was opened just now: that is as good as a ping.
    (await pool.acquire()).release();
    for (let use = 0; use < 3; use++) (await pool.acquire()).release();
    expect(pinged).toEqual(['c1', 'c1', 'c1']);
  });

  it('counts from its last ping, too', async () => {
    const pinged: number[] = [];
    const { pool, clock } = automatic(
      { max: 1, min: 1, pingAfterIdleMs: 100, keepAlive: { intervalMs: 80 } },
      { ping: () => void pinged.push(clock.now()) },
    );
    await clock.advance(1000);
    const before = pinged.length;
    expect(before).toBeGreaterThan(10);
    expect(pool.tryAcquire()?.value).toBe('c1');
    expect(pinged).toHaveLength(before);
  });

  it('is not lent by those who do not wait, and keeps its ping running for the next', async () => {
    const { asked, step } = answering();
    const { pool, clock } = automatic({ max: 1, min: 1, pingAfterIdleMs: 100 }, { ping: step });
    await clock.advance(100);
    expect(pool.tryAcquire()).toBeUndefined();
    const waiter = watch(pool.acquire());
    await clock.settle();
    expect(asked).toHaveLength(1);
    asked[0]?.ok();
    await clock.settle();
    expect(waiter.state).toBe('fulfilled');
  });

  it.each([
    [
      'throws',
      () => {
        throw new Error('no answer');
      },
    ],
    ['rejects', () => Promise.reject(new Error('no answer'))],
  ])('is replaced when its ping %s, and the caller keeps its place', async (_, fail: () => void) => {
    const { pool, clock, connector } = automatic(
      { max: 1, pingAfterIdleMs: 100 },
      { ping: (connection) => (connection === 'c1' ? fail() : undefined) },
    );
    (await pool.acquire()).release();
    await clock.advance(100);
    const first = watch(pool.acquire());
    const second = watch(pool.acquire());
    await clock.settle();
    expect(connector.reasons).toEqual(['ping-failed']);
    expect(first.value?.value).toBe('c2');
    first.value?.release();
    await clock.settle();
    expect(second.value?.value).toBe('c2');
  });

  it('is destroyed when its ping hangs, after the limit of a ping, and the caller is served in its own limit', async () => {
    const { asked, step } = answering();
    const { pool, clock, connector } = automatic(
      { max: 1, pingAfterIdleMs: 100, pingTimeoutMs: 50, acquireTimeoutMs: 200 },
      { ping: step },
    );
    (await pool.acquire()).release();
    await clock.advance(100);
    const waiter = watch(pool.acquire());
    const events: unknown[] = [];
    pool.on('discard', (event) => events.push(event));
    await clock.advance(49);
    expect(waiter.state).toBe('pending');
    await clock.advance(1);
    expect(waiter.value?.value).toBe('c2');
    expect(connector.reasons).toEqual(['ping-failed']);
    expect(events).toMatchObject([
      {
        reason: 'ping-failed',
        error: {
          code: 'POOL_STEP_TIMEOUT',
          step: 'ping',
          timeoutMs: 50,
          message: "ping of a connection of pool 'db' did not settle within 50 ms (pingTimeoutMs)",
        },
      },
    ]);
    expect(asked[0]?.signal.aborted).toBe(true);
    // The answer comes after all, and tells nothing any more.
    asked[0]?.ok();
    await clock.settle();
    expect(pool.stats).toMatchObject({ leased: 1, idle: 0 });
  });

  it('serves whoever is at the head when the ping is answered', async () => {
    const { asked, step } = answering();
    const { pool, clock } = automatic({ max: 1, pingAfterIdleMs: 100 }, { ping: step });
    (await pool.acquire()).release();
    await clock.advance(100);
    const controller = new AbortController();
    const first = watch(pool.acquire({ signal: controller.signal }));
    const second = watch(pool.acquire());
    await clock.settle();
    controller.abort();
    asked[0]?.ok();
    await clock.settle();
    expect([first.state, second.state]).toEqual(['rejected', 'fulfilled']);
  });

  it('that died during its ping is not lent although the ping was answered', async () => {
    const { asked, step } = answering();
    const dead = new Set<string>();
    const { pool, clock, connector } = automatic(
      { max: 1, pingAfterIdleMs: 100 },
      { ping: step, isAlive: (connection) => !dead.has(connection) },
    );
    (await pool.acquire()).release();
    await clock.advance(100);
    const waiter = watch(pool.acquire());
    await clock.settle();
    dead.add('c1');
    asked[0]?.ok();
    await clock.settle();
    expect(waiter.value?.value).toBe('c2');
    expect(connector.reasons).toEqual(['ping-failed']);
  });
});

describe('an idle connection that died', () => {
  it('is never lent, and replaced before anybody asks', async () => {
    const { pool, clock, connector } = automatic({ max: 2, min: 2 });
    await pool.ready();
    const events: unknown[] = [];
    pool.on('discard', (event) => events.push(event));
    const error = new Error('ECONNRESET');
    connector.kill('c2', error);
    expect(pool.stats).toMatchObject({ idle: 1, closing: 1 });
    expect(pool.tryAcquire()?.value).toBe('c1');
    await clock.settle();
    expect(events).toEqual([{ connectionId: 2, ageMs: 0, uses: 0, reason: 'broken', error }]);
    expect(connector.opens).toBe(3);
  });

  it('that reports its death twice, or after it is gone, is closed once', async () => {
    let report: ((error?: unknown) => void) | undefined;
    const { pool, clock, connector } = automatic(
      { max: 1 },
      {
        watch: (_, onBroken) => {
          report = onBroken;
          return () => {};
        },
      },
    );
    (await pool.acquire()).release();
    report?.();
    report?.();
    await clock.settle();
    report?.();
    await clock.settle();
    expect(connector.closed).toEqual(['c1']);
    expect(pool.stats.totals.closed).toEqual({ broken: 1 });
  });

  it('that only isAlive knows of is found on lending, and the caller gets another', async () => {
    const dead = new Set<string>();
    const { pool, clock, connector } = automatic({ max: 3 }, { isAlive: (connection) => !dead.has(connection) });
    const leases = await Promise.all([pool.acquire(), pool.acquire(), pool.acquire()]);
    for (const lease of leases) lease.release();
    dead.add('c3').add('c2');
    expect((await pool.acquire()).value).toBe('c1');
    await clock.settle();
    expect(connector.reasons).toEqual(['broken', 'broken']);
  });

  it('that isAlive knows of and reports in the same breath is closed once, and the waiter is served with another', async () => {
    const dead = new Set<string>();
    const reports = new Map<string, (error?: unknown) => void>();
    const { pool, clock, connector } = automatic(
      { max: 1 },
      {
        isAlive: (connection) => {
          if (dead.has(connection)) reports.get(connection)?.(new Error('found dead'));
          return !dead.has(connection);
        },
        watch: (connection, onBroken) => {
          reports.set(connection, onBroken);
          return () => {};
        },
      },
    );
    (await pool.acquire()).release();
    dead.add('c1');
    expect((await pool.acquire()).value).toBe('c2');
    pool.suspend();
    const lease = watch(pool.acquire());
    connector.kill('c2');
    dead.add('c2');
    pool.resume();
    await clock.settle();
    expect(lease.state).toBe('pending');
    expect(connector.closed).toEqual(['c1']);
  });

  it('that reports its death while it is offered to a waiter is not lent', async () => {
    const reports = new Map<string, (error?: unknown) => void>();
    const doomed = new Set<string>();
    const { pool, clock, connector } = automatic(
      { max: 1 },
      {
        isAlive: (connection) => {
          if (doomed.delete(connection)) reports.get(connection)?.(new Error('just now'));
          return true;
        },
        watch: (connection, onBroken) => {
          reports.set(connection, onBroken);
          return () => {};
        },
      },
    );
    (await pool.acquire()).release();
    pool.suspend();
    const waiter = watch(pool.acquire());
    doomed.add('c1');
    pool.resume();
    await clock.settle();
    expect(waiter.value?.value).toBe('c2');
    expect(connector.closed).toEqual(['c1']);
  });

  it('with others makes the rest suspect: they answer a ping before they are lent', async () => {
    const pinged: string[] = [];
    const { pool, clock, connector } = automatic(
      { max: 5, min: 5 },
      {
        ping: (connection) => {
          pinged.push(connection);
          if (connection === 'c4') throw new Error('dead, too');
        },
      },
      { openMs: 2000 },
    );
    await clock.advance(2000);
    connector.kill('c1');
    expect(pool.tryAcquire()?.value).toBe('c5');
    await clock.advance(1000);
    connector.kill('c2');
    expect(pinged).toEqual([]);
    expect(pool.tryAcquire()).toBeUndefined();
    const leases = [watch(pool.acquire()), watch(pool.acquire())];
    await clock.settle();
    expect(pinged.toSorted()).toEqual(['c3', 'c4']);
    expect(leases.map(({ state, value }) => value?.value ?? state)).toEqual(['c3', 'pending']);
  });

  it('alone leaves the rest alone', async () => {
    const pinged: string[] = [];
    const { pool, clock, connector } = automatic({ max: 3, min: 3 }, { ping: (connection) => void pinged.push(connection) });
    await pool.ready();
    connector.kill('c1');
    await clock.advance(1001);
    connector.kill('c2');
    expect(pool.tryAcquire()?.value).toBe('c4');
    expect(pinged).toEqual([]);
  });

  it('without a ping to prove the others they are lent as they are', async () => {
    const { pool, clock, connector } = automatic({ max: 5, min: 5 });
    await clock.settle();
    connector.kill('c1');
    connector.kill('c2');
    expect(pool.tryAcquire()?.value).toBe('c5');
  });
});

describe('a machine that slept', () => {
  it.each([3_600_000, -3_600_000])('finds its idle connections suspect (wall clock jumps by %d ms)', async (jump) => {
    const pinged: string[] = [];
    const { pool, clock } = automatic(
      { max: 2, min: 2, maxLifetimeMs: 1_000_000 },
      { ping: (connection) => void pinged.push(connection) },
    );
    await pool.ready();
    (await pool.acquire()).release();
    clock.sleep(jump);
    await clock.advance(1);
    const lease = await pool.acquire();
    expect(pinged).toContain(lease.value);
    expect(lease.value).toMatch(/^c[12]$/);
  });

  it('does not count what the wall clock says in any limit', async () => {
    const { pool, clock, connector } = automatic({ max: 2, min: 1, maxLifetimeMs: 10_000, idleTimeoutMs: 5000 });
    const leases = await Promise.all([pool.acquire(), pool.acquire()]);
    for (const lease of leases) lease.release();
    clock.sleep(3_600_000);
    await clock.advance(1000);
    clock.sleep(-7_200_000);
    await clock.advance(1000);
    (await pool.acquire()).release();
    expect(connector.closed).toEqual([]);
  });

  it('takes small corrections of the wall clock for what they are', async () => {
    const pinged: string[] = [];
    const { pool, clock } = automatic({ min: 1 }, { ping: (connection) => void pinged.push(connection) });
    await pool.ready();
    (await pool.acquire()).release();
    clock.sleep(4000);
    await clock.advance(1);
    (await pool.acquire()).release();
    clock.sleep(-4000);
    await clock.advance(1);
    (await pool.acquire()).release();
    expect(pinged).toEqual([]);
  });

  it('does not lend a suspect to those who waited, either', async () => {
    const pinged: string[] = [];
    const { pool, clock } = automatic({ max: 1, min: 1 }, { ping: (connection) => void pinged.push(connection) });
    await pool.ready();
    (await pool.acquire()).release();
    pool.suspend();
    const waiter = watch(pool.acquire());
    clock.sleep(3_600_000);
    await clock.advance(1);
    pool.resume();
    await clock.settle();
    expect(waiter.value?.value).toBe('c1');
    expect(pinged).toEqual(['c1']);
  });
});

describe('a connection that comes back', () => {
  it('dead is replaced', async () => {
    const dead = new Set<string>();
    const { pool, clock, connector } = automatic({ max: 1, min: 1 }, { isAlive: (connection) => !dead.has(connection) });
    const lease = await pool.acquire();
    dead.add(lease.value);
    lease.release();
    await clock.settle();
    expect(connector.reasons).toEqual(['broken']);
    expect((await pool.acquire()).value).toBe('c2');
  });

  it('not clean is not lent again', async () => {
    let clean = false;
    const { pool, clock, connector } = automatic({ max: 1, min: 1 }, { isClean: () => clean });
    const lease = await pool.acquire();
    const waiter = watch(pool.acquire());
    lease.release();
    await clock.settle();
    expect(connector.reasons).toEqual(['unclean']);
    expect(waiter.value?.value).toBe('c2');
    clean = true;
    waiter.value?.release();
    expect((await pool.acquire()).value).toBe('c2');
  });

  it('is made clean before its next lend', async () => {
    const { asked, step } = answering();
    const { pool, clock } = automatic({ max: 1 }, { reset: step });
    const lease = await pool.acquire();
    lease.release();
    await clock.settle();
    expect(pool.stats).toMatchObject({ resetting: 1, idle: 0 });
    const waiter = watch(pool.acquire());
    await clock.settle();
    expect(waiter.state).toBe('pending');
    asked[0]?.ok();
    await clock.settle();
    expect(waiter.value?.value).toBe('c1');
  });

  it('is not made clean when it is to be closed anyway', async () => {
    const { asked, step } = answering();
    const { pool, clock, connector } = automatic({ max: 1, maxUses: 1 }, { reset: step });
    (await pool.acquire()).release();
    await clock.settle();
    expect(asked).toEqual([]);
    expect(connector.reasons).toEqual(['max-uses']);
  });

  it('opens nothing for a waiter it is being made clean for', async () => {
    const { asked, step } = answering();
    const { pool, clock, connector } = automatic({ max: 2 }, { reset: step }, { openMs: 50 });
    const first = pool.acquire();
    await clock.advance(50);
    (await first).release();
    const waiter = watch(pool.acquire());
    await clock.advance(49);
    expect(connector.opens).toBe(1);
    asked[0]?.ok();
    await clock.settle();
    expect(waiter.value?.value).toBe('c1');
  });

  it('and cannot be made clean is replaced', async () => {
    const { asked, step } = answering();
    const { pool, clock, connector } = automatic({ max: 1 }, { reset: step });
    (await pool.acquire()).release();
    const waiter = watch(pool.acquire());
    const events: unknown[] = [];
    pool.on('discard', (event) => events.push(event));
    await clock.settle();
    const error = new Error('rollback failed');
    asked[0]?.fail(error);
    await clock.settle();
    expect(waiter.value?.value).toBe('c2');
    expect(connector.reasons).toEqual(['reset-failed']);
    expect(events).toMatchObject([{ reason: 'reset-failed', error }]);
  });

  it('and is not clean within the limit of a reset is replaced', async () => {
    const { asked, step } = answering();
    const { pool, clock, connector } = automatic({ max: 1, resetTimeoutMs: 50 }, { reset: step });
    (await pool.acquire()).release();
    const waiter = watch(pool.acquire());
    await clock.advance(49);
    expect(connector.closed).toEqual([]);
    await clock.advance(1);
    expect(connector.reasons).toEqual(['reset-failed']);
    expect(waiter.value?.value).toBe('c2');
    expect(asked[0]?.signal.reason).toMatchObject({ code: 'POOL_STEP_TIMEOUT', step: 'reset' });
    asked[0]?.ok();
    await clock.settle();
    expect(pool.stats).toMatchObject({ idle: 0, leased: 1 });
  });

  it('and dies while it is made clean is replaced', async () => {
    const { pool, clock, connector } = automatic({ max: 1, min: 1 }, { reset: () => passing(clock, 100) });
    (await pool.acquire()).release();
    await clock.settle();
    connector.kill('c1');
    await clock.advance(100);
    expect(connector.reasons).toEqual(['broken']);
    expect(pool.stats.idle).toBe(1);
  });

  it('and reaches its age while it is pinged or made clean is replaced, and time goes on', async () => {
    const { asked, step } = answering();
    const { pool, clock, connector } = automatic(
      { max: 1, min: 1, maxLifetimeMs: 1000, resetTimeoutMs: 100_000 },
      { reset: step },
    );
    const lease = await pool.acquire();
    await clock.advance(500);
    lease.release();
    await clock.advance(600);
    expect(pool.stats.resetting).toBe(1);
    asked[0]?.ok();
    await clock.settle();
    expect(connector.reasons).toEqual(['max-lifetime']);
    expect((await pool.acquire()).value).toBe('c2');
  });
});

describe('the connector is told when a connection becomes idle and when it is lent', () => {
  it('in turn, each once', async () => {
    const told: string[] = [];
    const { pool, clock } = automatic(
      { max: 1, min: 1 },
      { onIdle: (connection) => told.push(`idle ${connection}`), onLend: (connection) => told.push(`lend ${connection}`) },
    );
    await pool.ready();
    expect(told).toEqual(['idle c1']);
    const lease = await pool.acquire();
    expect(told).toEqual(['idle c1', 'lend c1']);
    const waiter = pool.acquire();
    lease.release();
    // From hand to hand it was never idle.
    const next = await waiter;
    expect(told).toEqual(['idle c1', 'lend c1']);
    next.release();
    expect(told).toEqual(['idle c1', 'lend c1', 'idle c1']);
    await clock.settle();
  });

  it('also around a ping, a reset and a close, which use it', async () => {
    const told: string[] = [];
    const { pool, clock } = automatic(
      { max: 1, min: 1, keepAlive: { intervalMs: 100 } },
      {
        onIdle: () => told.push('idle'),
        onLend: () => told.push('lend'),
        ping: () => void told.push('ping'),
        reset: () => void told.push('reset'),
        close: () => void told.push('close'),
      },
    );
    await clock.advance(95);
    expect(told).toEqual(['idle', 'lend', 'ping', 'idle']);
    told.length = 0;
    (await pool.acquire()).release();
    await clock.settle();
    expect(told).toEqual(['lend', 'reset', 'idle']);
    told.length = 0;
    void pool.close();
    await clock.settle();
    expect(told).toEqual(['lend', 'close']);
  });
});
