import { describe, expect, it } from 'vitest';
import { automatic, passing, scripted, watch } from './set-up.ts';

describe('closing a pool', () => {
  it('refuses all who wait now, not when the leases are back', async () => {
    const { pool, clock } = automatic({ max: 1 });
    const lease = await pool.acquire();
    const waiters = [watch(pool.acquire()), watch(pool.acquire()), watch(pool.acquire()), watch(pool.ready())];
    await Promise.resolve();
    const closing = watch(pool.close());
    await Promise.resolve();
    expect(waiters.slice(0, 3).map(({ error }) => error)).toMatchObject(Array(3).fill({ code: 'POOL_CLOSED' }));
    expect(pool.state).toBe('closing');
    expect(closing.state).toBe('pending');
    lease.release();
    await clock.settle();
    expect(closing.value).toEqual({ leaked: [] });
    expect(pool.state).toBe('closed');
  });

  it('refuses newcomers at once, while it closes and afterwards', async () => {
    const { pool, clock } = automatic({ max: 1, min: 1 });
    const lease = await pool.acquire();
    void pool.close();
    await expect(pool.acquire()).rejects.toMatchObject({
      code: 'POOL_CLOSED',
      message: "pool 'db' is closing; it lends no connections any more",
    });
    expect(pool.tryAcquire()).toBeUndefined();
    await expect(pool.use(() => 1)).rejects.toMatchObject({ code: 'POOL_CLOSED' });
    await expect(pool.ready()).rejects.toMatchObject({ code: 'POOL_CLOSED' });
    lease.release();
    await clock.settle();
    await expect(pool.acquire()).rejects.toThrow("pool 'db' is closed");
    expect(pool.stats.totals).toMatchObject({ refused: 3 });
  });

  it('says goodbye to idle connections and waits until they are closed', async () => {
    const goodbyes: unknown[] = [];
    const { pool, clock } = automatic(
      { max: 2, min: 2 },
      {
        close: (connection, { reason, graceful }) => {
          goodbyes.push({ connection, reason, graceful });
          return passing(clock, 100);
        },
      },
    );
    await pool.ready();
    const closing = watch(pool.close());
    await clock.advance(99);
    expect(closing.state).toBe('pending');
    await clock.advance(1);
    expect(closing.state).toBe('fulfilled');
    expect(goodbyes).toEqual([
      { connection: 'c1', reason: 'pool-closed', graceful: true },
      { connection: 'c2', reason: 'pool-closed', graceful: true },
    ]);
  });

  it('closes a lease’s connection when it comes back, politely', async () => {
    const goodbyes: unknown[] = [];
    const { pool, clock } = automatic({ max: 1 }, { close: (_, { graceful }) => void goodbyes.push(graceful) });
    const lease = await pool.acquire();
    void pool.close();
    lease.release();
    await clock.settle();
    expect(goodbyes).toEqual([true]);
    expect(pool.state).toBe('closed');
  });

  it('takes back by force what has not come back in time, and says who had it', async () => {
    const destroyed: string[] = [];
    const { pool, clock } = automatic({ max: 2 }, { destroy: (connection) => void destroyed.push(connection) });
    const [first, second] = await Promise.all([pool.acquire({ label: 'nightly report' }), pool.acquire()]);
    await clock.advance(10);
    const closing = watch(pool.close({ drainTimeoutMs: 50 }));
    second.release();
    await clock.advance(49);
    expect(closing.state).toBe('pending');
    await clock.advance(1);
    expect(closing.value).toEqual({ leaked: [{ connectionId: 1, heldMs: 60, label: 'nightly report', stack: undefined }] });
    expect(destroyed).toEqual(['c1']);
    expect(first.active).toBe(false);
    expect(() => first.release()).toThrow('cannot release this lease of connection 1: the pool took it back');
    expect(() => first.value).toThrow('the pool took it back');
    first[Symbol.dispose]();
    expect(pool.stats.totals.leasedMs).toBe(70);
  });

  it('reports where a lease was acquired, once a leak has been suspected', async () => {
    const { pool, clock } = automatic({ max: 2, leakAfterMs: 100 });
    const first = await pool.acquire();
    await clock.advance(100);
    await pool.acquire();
    first.release();
    const closing = watch(pool.close({ drainTimeoutMs: 0 }));
    await clock.advance(0);
    expect(closing.value?.leaked).toEqual([
      { connectionId: 2, heldMs: 0, label: undefined, stack: expect.stringContaining('closing.test.ts') },
    ]);
  });

  it('with no time for leases destroys them at once', async () => {
    const { pool, clock, connector } = automatic({ max: 1 });
    const lease = await pool.acquire();
    const closing = watch(pool.close({ drainTimeoutMs: 0 }));
    await clock.advance(0);
    expect(closing.state).toBe('fulfilled');
    expect(connector.reasons).toEqual(['destroyed']);
    expect(lease.active).toBe(false);
  });

  it('a second time may shorten the wait, never lengthen it, and gives the same report', async () => {
    const { pool, clock } = automatic({ max: 1 });
    const lease = await pool.acquire();
    const first = pool.close({ drainTimeoutMs: 1000 });
    const closing = watch(first);
    void pool.close({ drainTimeoutMs: 5000 });
    await clock.advance(100);
    const second = pool.close({ drainTimeoutMs: 100 });
    expect(second).toBe(first);
    await clock.advance(99);
    expect(closing.state).toBe('pending');
    await clock.advance(1);
    expect(closing.value?.leaked).toHaveLength(1);
    expect(await pool.close()).toBe(await first);
    expect(lease.active).toBe(false);
  });

  it('waits ten seconds for leases unless told otherwise', async () => {
    const { pool, clock } = automatic({ max: 1 });
    const lease = await pool.acquire();
    const closing = watch(pool.close());
    await clock.advance(9999);
    expect(closing.state).toBe('pending');
    await clock.advance(1);
    expect(closing.state).toBe('fulfilled');
    expect(lease.active).toBe(false);
  });

  it('calls off what is opening, and closes what opens all the same', async () => {
    const { pool, clock, connector } = scripted({ max: 2, min: 1 });
    const waiter = watch(pool.acquire());
    await clock.settle();
    const closing = watch(pool.close());
    await clock.settle();
    expect(waiter.error).toMatchObject({ code: 'POOL_CLOSED' });
    expect(connector.contexts.every(({ signal }) => signal.aborted)).toBe(true);
    expect(closing.state).toBe('pending');
    while (connector.opening > 0) connector.succeed(`late ${connector.opening}`);
    await clock.settle();
    expect(closing.state).toBe('fulfilled');
    expect(connector.closed).toHaveLength(connector.opens);
    expect(pool.stats.totals.opened).toBe(connector.opens);
  });

  it('calls off what is being made ready, and closes it', async () => {
    const { pool, clock, connector } = automatic({
      min: 1,
      init: (_, { signal }) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => reject(signal.reason));
        }),
    });
    await clock.settle();
    const errors: unknown[] = [];
    pool.on('openError', (event) => errors.push(event));
    const closing = watch(pool.close());
    await clock.settle();
    expect(closing.state).toBe('fulfilled');
    expect(connector.live.size).toBe(0);
    // It was the pool's own doing: nothing to report.
    expect(errors).toEqual([]);
  });

  it('does not wait longer for an open that hangs than for leases, and destroys what comes of it', async () => {
    const { pool, clock, connector } = scripted({ min: 1, openTimeoutMs: 60_000 });
    await clock.settle();
    const closing = watch(pool.close({ drainTimeoutMs: 100 }));
    await clock.advance(100);
    expect(closing.state).toBe('fulfilled');
    connector.succeed('very late');
    await clock.settle();
    expect(connector.closed).toEqual(['very late']);
    expect(pool.stats.totals).toMatchObject({ opened: 1, closed: { late: 1 } });
  });

  it('ends pings and resets under way', async () => {
    const signals: AbortSignal[] = [];
    const hang = (_: string, { signal }: { readonly signal: AbortSignal }): Promise<void> => {
      signals.push(signal);
      return new Promise(() => {});
    };
    const { pool, clock, connector } = automatic({ max: 2, min: 2, keepAlive: { intervalMs: 100 } }, { ping: hang, reset: hang });
    await pool.ready();
    const lease = await pool.acquire();
    await clock.advance(95);
    lease.release();
    await clock.settle();
    expect(pool.stats).toMatchObject({ checking: 1, resetting: 1 });
    const closing = watch(pool.close());
    await clock.settle();
    expect(closing.state).toBe('fulfilled');
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, true]);
    expect(connector.live.size).toBe(0);
  });

  it('works on a pool that is suspended, one that cannot open, and one nobody used', async () => {
    const suspended = automatic({ min: 2 });
    await suspended.clock.settle();
    suspended.pool.suspend();
    const failing = automatic({ min: 2 });
    failing.connector.failure = new Error('refused');
    await failing.clock.settle();
    const unused = automatic();
    for (const { pool, clock, timers } of [suspended, failing, unused]) {
      const closing = watch(pool.close());
      await clock.settle();
      expect(closing.state).toBe('fulfilled');
      expect(timers.pending).toBe(0);
    }
  });

  it('cannot be undone', async () => {
    const { pool, clock, connector } = automatic({ min: 1 });
    await pool.ready();
    await pool.close();
    pool.resume();
    pool.recycle();
    pool.suspend();
    pool.resize({ max: 10, min: 10 });
    await clock.advance(100_000);
    expect(pool.state).toBe('closed');
    expect(connector.opens).toBe(1);
  });

  it('tells, once, after everything else', async () => {
    const { pool, clock } = automatic({ min: 1 });
    await pool.ready();
    const told: string[] = [];
    pool.on('discard', ({ reason }) => told.push(reason));
    pool.on('close', () => told.push('close'));
    void pool.close();
    await pool.close();
    await clock.settle();
    expect(told).toEqual(['pool-closed', 'close']);
  });

  it('checks how long it is to wait', () => {
    const { pool } = automatic();
    expect(() => pool.close({ drainTimeoutMs: -1 })).toThrow(
      "option 'drainTimeoutMs' must be a number of milliseconds >= 0 (Infinity: never), not -1",
    );
    expect(pool.state).toBe('open');
  });
});

describe('closing one connection', () => {
  it('that takes longer than its limit ends in destroying it', async () => {
    let signal: AbortSignal | undefined;
    const destroyed: string[] = [];
    const { pool, clock, faults } = automatic(
      { max: 1, closeTimeoutMs: 100 },
      {
        close: (_, context) => {
          signal = context.signal;
          return new Promise(() => {});
        },
        destroy: (connection) => void destroyed.push(connection),
      },
    );
    const lease = await pool.acquire();
    lease.discard();
    const waiter = watch(pool.acquire());
    await clock.advance(99);
    expect(waiter.state).toBe('pending');
    expect(pool.stats.closing).toBe(1);
    await clock.advance(1);
    expect(destroyed).toEqual(['c1']);
    expect(signal?.aborted).toBe(true);
    expect(waiter.value?.value).toBe('c2');
    expect(faults).toMatchObject([{ where: 'close', error: { code: 'POOL_STEP_TIMEOUT', step: 'close', timeoutMs: 100 } }]);
    expect(pool.stats.totals).toMatchObject({ closed: { discarded: 1 }, abandoned: 0 });
  });

  it('that neither closes nor can be destroyed is abandoned after its limit: its place is not lost', async () => {
    const { pool, clock } = automatic(
      { max: 1, closeTimeoutMs: 100 },
      {
        close: () => new Promise(() => {}),
        destroy: () => {
          throw new Error('cannot');
        },
      },
    );
    (await pool.acquire()).discard();
    const waiter = watch(pool.acquire());
    await clock.advance(100);
    expect(waiter.state).toBe('fulfilled');
    expect(pool.stats.totals).toMatchObject({ abandoned: 1, closed: {} });
  });

  it.each([
    [
      'throws',
      () => {
        throw new Error('EPIPE');
      },
    ],
    ['rejects', () => Promise.reject(new Error('EPIPE'))],
  ])('that %s is a fault, told once, and ends in destroying it', async (_, close: () => void) => {
    const destroyed: string[] = [];
    const { pool, clock, faults } = automatic({ max: 1 }, { close, destroy: (connection) => void destroyed.push(connection) });
    (await pool.acquire()).discard();
    await clock.settle();
    expect(destroyed).toEqual(['c1']);
    expect(faults).toMatchObject([{ where: 'close', error: new Error('EPIPE') }]);
    expect(pool.stats.totals.closed).toEqual({ discarded: 1 });
  });

  it('is destroying it, when the connector knows nothing better; a failure is told once', async () => {
    const { pool, clock, connector, faults } = automatic({ max: 1 });
    Object.defineProperty(connector, 'close', { value: undefined });
    (await pool.acquire()).discard();
    await clock.settle();
    expect(connector.live.size).toBe(0);
    Object.defineProperty(connector, 'destroy', {
      value: () => {
        throw new Error('EBADF');
      },
    });
    (await pool.acquire()).discard();
    await clock.settle();
    expect(faults).toMatchObject([{ where: 'destroy', error: new Error('EBADF') }]);
    expect(pool.stats.totals.abandoned).toBe(1);
  });

  it('that nobody knows how to close is done at once', async () => {
    const { pool, clock, connector } = automatic({ max: 1 });
    Object.defineProperty(connector, 'close', { value: undefined });
    Object.defineProperty(connector, 'destroy', { value: undefined });
    (await pool.acquire()).discard();
    await clock.settle();
    expect(pool.stats).toMatchObject({ closing: 0, totals: { closed: { discarded: 1 }, abandoned: 0 } });
  });
});
