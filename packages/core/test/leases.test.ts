import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { Lease } from '../src/index.ts';
import { automatic, scripted, watch } from './set-up.ts';

describe('a lease ends once', () => {
  it('a second release throws, names the call that ended the lease, and changes nothing', async () => {
    const { pool } = automatic({ min: 1 });
    const lease = await pool.acquire();
    lease.release();
    const before = pool.stats;
    expect(() => lease.release()).toThrow('cannot release this lease of connection 1: it ended with release()');
    expect(pool.stats).toEqual(before);
  });

  it('a release that comes late does not end the lease of the next holder', async () => {
    const { pool } = automatic({ max: 1 });
    const first = await pool.acquire();
    first.release();
    const second = await pool.acquire();
    expect(() => first.release()).toThrow(expect.objectContaining({ code: 'POOL_LEASE_ENDED' }));
    const third = watch(pool.acquire());
    await Promise.resolve();
    expect(second.active).toBe(true);
    expect(third.state).toBe('pending');
    second.release();
    await Promise.resolve();
    expect(third.state).toBe('fulfilled');
  });

  it.each([
    ['release', (lease: Lease<string>) => lease.release()],
    ['discard', (lease: Lease<string>) => lease.discard()],
    ['detach', (lease: Lease<string>) => lease.detach()],
    ['requeue', (lease: Lease<string>) => lease.requeue({ onLease: (next) => next.release(), onRefused: () => {} })],
  ])('after %s() every other call throws and names it', async (name, end) => {
    const { pool } = automatic({ max: 1 });
    const lease = await pool.acquire();
    end(lease);
    expect(lease.active).toBe(false);
    const how = `it ended with ${name}()`;
    expect(() => lease.value).toThrow(how);
    expect(() => lease.retiring).toThrow(how);
    expect(() => lease.release()).toThrow(how);
    expect(() => lease.discard()).toThrow(how);
    expect(() => lease.detach()).toThrow(how);
    expect(() => lease.requeue({ onLease: () => {}, onRefused: () => {} })).toThrow(how);
  });

  it('disposing is a release, and harmless however often it is done', async () => {
    const { pool } = automatic({ max: 1 });
    const lease = await pool.acquire();
    lease[Symbol.dispose]();
    lease[Symbol.dispose]();
    expect(pool.stats).toMatchObject({ idle: 1, leased: 0 });
    const next = await pool.acquire();
    lease[Symbol.dispose]();
    expect(next.active).toBe(true);
    expect(pool.stats).toMatchObject({ idle: 0, leased: 1 });
  });

  it('the calls of a lease do nothing for an object that is none', async () => {
    const { pool } = automatic({ min: 1 });
    const other = automatic({ min: 1 });
    const lease = await pool.acquire();
    const foreign = await other.pool.acquire();
    const before = pool.stats;
    expect(() => lease.release.call({ value: 'c1', connectionId: 1 })).toThrow(TypeError);
    foreign.release();
    expect(pool.stats).toEqual(before);
    expect(lease.active).toBe(true);
  });

  it('prints what it is a lease of, and not the connection', async () => {
    const { pool, clock } = automatic();
    const lease = await pool.acquire();
    expect(inspect(lease)).toBe('Lease { connectionId: 1, active }');
    lease.release();
    expect(inspect(lease)).toBe('Lease { connectionId: 1, ended by release }');
    const taken = await pool.acquire();
    void pool.close({ drainTimeoutMs: 0 });
    await clock.advance(0);
    expect(inspect(taken)).toBe('Lease { connectionId: 1, ended by the pool }');
  });
});

describe('using', () => {
  it('gives the connection back at the end of the block, also when it throws', async () => {
    const { pool } = automatic({ max: 1 });
    const hold = async (fail: boolean): Promise<void> => {
      using lease = await pool.acquire();
      expect(pool.stats.leased).toBe(1);
      if (fail) throw new Error(`not with ${lease.value}`);
    };
    await hold(false);
    expect(pool.stats).toMatchObject({ idle: 1, leased: 0 });
    await expect(hold(true)).rejects.toThrow('not with c1');
    expect(pool.stats).toMatchObject({ idle: 1, leased: 0 });
  });

  it('with await it is the same, and a lease that was discarded in the block stays so', async () => {
    const { pool, clock, connector } = automatic({ max: 1 });
    {
      await using lease = await pool.acquire();
      lease.discard();
    }
    await clock.settle();
    expect(connector.reasons).toEqual(['discarded']);
  });

  it('a dead or unclean connection is not lent again', async () => {
    const dirty = new Set<string>();
    const dead = new Set<string>();
    const { pool, clock, connector } = automatic(
      { max: 1 },
      { isAlive: (connection) => !dead.has(connection), isClean: (connection) => !dirty.has(connection) },
    );
    {
      using lease = await pool.acquire();
      dirty.add(lease.value);
    }
    {
      using lease = await pool.acquire();
      dead.add(lease.value);
    }
    await clock.settle();
    expect(connector.reasons).toEqual(['unclean', 'broken']);
  });

  it('awaiting the end of a pool closes it', async () => {
    const { pool, connector } = automatic({ min: 1 });
    {
      await using open = pool;
      await open.ready();
    }
    expect(pool.state).toBe('closed');
    expect(connector.live.size).toBe(0);
  });
});

describe('discarding', () => {
  it('closes with the given reason, impolitely, and tells the error', async () => {
    const closes: unknown[] = [];
    const { pool, clock } = automatic(
      { max: 1 },
      {
        close: (_, { reason, graceful }) => {
          closes.push({ reason, graceful });
        },
      },
    );
    const events: unknown[] = [];
    pool.on('discard', (event) => events.push(event));
    const error = new Error('garbled');
    (await pool.acquire()).discard('protocol-error', error);
    await clock.settle();
    expect(closes).toEqual([{ reason: 'protocol-error', graceful: false }]);
    expect(events).toEqual([{ connectionId: 1, ageMs: 0, uses: 1, reason: 'protocol-error', error }]);
  });

  it('a connection that was given up is replaced only when somebody wants one', async () => {
    const { pool, clock, connector } = automatic({ max: 2 });
    (await pool.acquire()).discard();
    await clock.advance(1000);
    expect(connector.opens).toBe(1);
    await pool.acquire();
    expect(connector.opens).toBe(2);
  });
});

describe('detaching', () => {
  it('leaves the connection open, stops watching it, and frees its place', async () => {
    const { pool, clock, connector } = automatic({ max: 1, min: 1 });
    const lease = await pool.acquire();
    const waiter = watch(pool.acquire());
    expect(lease.detach()).toBe('c1');
    await clock.settle();
    expect(waiter.value?.value).toBe('c2');
    expect(connector.closed).toEqual([]);
    expect(connector.watched).toBe(1);
    expect(pool.stats.totals.detached).toBe(1);
    const closing = pool.close({ drainTimeoutMs: 0 });
    await clock.advance(0);
    expect(await closing).toMatchObject({ leaked: [{ connectionId: 2 }] });
    expect([...connector.live]).toEqual(['c1']);
  });
});

describe('the retiring signal of a lease', () => {
  it('aborts when every connection is replaced, and the connection goes when it comes back', async () => {
    const { pool, clock, connector } = automatic({ max: 1 });
    const lease = await pool.acquire();
    expect(lease.retiring.aborted).toBe(false);
    pool.recycle();
    expect(lease.retiring.aborted).toBe(true);
    expect(lease.active).toBe(true);
    lease.release();
    await clock.settle();
    expect(connector.reasons).toEqual(['recycled']);
  });

  it('aborts when the connection has reached its age', async () => {
    const { pool, clock, connector } = automatic({ max: 1, maxLifetimeMs: 1000 });
    const lease = await pool.acquire();
    const { retiring } = lease;
    await clock.advance(899);
    expect(retiring.aborted).toBe(false);
    await clock.advance(101);
    expect(retiring.aborted).toBe(true);
    lease.release();
    await clock.settle();
    expect(connector.reasons).toEqual(['max-lifetime']);
  });

  it('aborts for as many holders as are too many after a shrink', async () => {
    const { pool } = automatic({ max: 3 });
    const leases = [await pool.acquire(), await pool.acquire(), await pool.acquire()];
    const signals = leases.map((lease) => lease.retiring);
    pool.resize({ max: 1 });
    expect(signals.filter((signal) => signal.aborted)).toHaveLength(2);
  });

  it('asked for after a shrink, it says the same', async () => {
    const { pool } = automatic({ max: 1 });
    pool.resize({ max: 2 });
    const leases = [await pool.acquire(), await pool.acquire()];
    pool.resize({ max: 1 });
    expect(leases.some((lease) => lease.retiring.aborted)).toBe(true);
  });

  it('aborts when the pool is closed', async () => {
    const { pool } = automatic();
    const [before, after] = [await pool.acquire(), await pool.acquire()];
    const { retiring } = before;
    void pool.close();
    expect(retiring.aborted).toBe(true);
    expect(after.retiring.aborted).toBe(true);
  });

  it('aborts when the connection is seen to die, which is then why it is discarded', async () => {
    const { pool, clock, connector } = automatic({ max: 1 });
    const lease = await pool.acquire();
    const { retiring } = lease;
    connector.kill('c1', new Error('reset by peer'));
    expect(retiring.aborted).toBe(true);
    expect(pool.stats.leased).toBe(1);
    lease.release();
    await clock.settle();
    expect(connector.reasons).toEqual(['broken']);
  });

  it('belongs to one lease: the next holder of the connection gets its own', async () => {
    const { pool } = automatic({ max: 3 });
    const leases = [await pool.acquire(), await pool.acquire()];
    const old = leases.map((lease) => lease.retiring);
    pool.resize({ max: 1 });
    pool.resize({ max: 3 });
    for (const lease of leases) lease.release();
    const next = await pool.acquire();
    expect(old.some((signal) => signal.aborted)).toBe(true);
    expect(next.retiring.aborted).toBe(false);
  });
});

describe('what belongs to one lease', () => {
  it('is not the next one’s: not its wish to have it back, also when nobody asked for it', async () => {
    const { pool, clock } = automatic({ max: 2, min: 2 });
    await clock.settle();
    const leases = [await pool.acquire(), await pool.acquire()];
    pool.resize({ min: 1, max: 1 });
    pool.resize({ max: 2 });
    for (const lease of leases) lease.release();
    const next = [await pool.acquire(), await pool.acquire()];
    expect(next.map(({ retiring }) => retiring.aborted)).toEqual([false, false]);
  });

  it('is not the next one’s: not its label, nor where it was acquired, nor its terms', async () => {
    const { pool, clock } = automatic({ max: 1, min: 1, leakAfterMs: 1000, acquireTimeoutMs: 5000 });
    await pool.ready();
    const leaks: unknown[] = [];
    pool.on('leak', ({ label }) => leaks.push(label));
    (await pool.acquire({ label: 'mine', timeoutMs: 10 })).release();
    const lease = await pool.acquire();
    await clock.advance(1000);
    expect(leaks).toEqual([undefined]);
    const refused: unknown[] = [];
    pool.suspend();
    lease.requeue({ onLease: () => {}, onRefused: (error) => refused.push(error) });
    await clock.advance(3999);
    expect(refused).toEqual([]);
    await clock.advance(1);
    expect(refused).toMatchObject([{ timeoutMs: 5000 }]);
  });
});

describe('putting work back in the queue', () => {
  const into = (served: string[], name: string) => ({
    onLease: (lease: Lease<string>) => {
      served.push(name);
      lease.release();
    },
    onRefused: (error: unknown) => served.push(`${name}: ${(error as { code: string }).code}`),
  });

  it('closes the connection and serves the work first, with a fresh one', async () => {
    const { pool, clock, connector } = automatic({ max: 1 });
    const lease = await pool.acquire();
    const served: string[] = [];
    pool.request(into(served, 'waited longer'));
    pool.request(into(served, 'came last'));
    lease.requeue(into(served, 'requeued'));
    await clock.settle();
    expect(served).toEqual(['requeued', 'waited longer', 'came last']);
    expect(connector.closed).toEqual(['c1']);
    expect(pool.stats.totals).toMatchObject({ requeued: 1, acquired: 4, asked: 3 });
  });

  it('keeps the place it had among those that waited, too', async () => {
    const { pool, clock } = automatic({ max: 1 });
    const lease = await pool.acquire();
    const served: string[] = [];
    let once = true;
    pool.request({
      onLease: (mine) => {
        if (once) mine.requeue(into(served, 'first'));
        once = false;
      },
      onRefused: () => {},
    });
    pool.request(into(served, 'second'));
    pool.request(into(served, 'third'));
    lease.release();
    await clock.settle();
    expect(served).toEqual(['first', 'second', 'third']);
  });

  it('two that are put back keep the order in which they came', async () => {
    const { pool, clock } = automatic({ max: 2 });
    const first = await pool.acquire();
    await clock.advance(1);
    const second = await pool.acquire();
    const served: string[] = [];
    pool.suspend();
    first.requeue(into(served, 'first'));
    second.requeue(into(served, 'second'));
    pool.resume();
    await clock.settle();
    expect(served).toEqual(['first', 'second']);
  });

  it('keeps its priority', async () => {
    const { pool, clock } = automatic({ max: 1, priorities: 3 });
    const lease = await pool.acquire();
    const served: string[] = [];
    let once = true;
    pool.request(
      {
        onLease: (mine) => {
          if (once) mine.requeue(into(served, 'low'));
          once = false;
        },
        onRefused: () => {},
      },
      { priority: 2 },
    );
    lease.release();
    pool.suspend();
    pool.request(into(served, 'high'), { priority: 0 });
    pool.request(into(served, 'middle'));
    pool.resume();
    await clock.settle();
    expect(served).toEqual(['high', 'middle', 'low']);
  });

  it('keeps the limit it had, counted from when it first asked', async () => {
    const { pool, clock, connector } = scripted({ max: 1 });
    const served: string[] = [];
    const first = pool.acquire({ timeoutMs: 1000 });
    await clock.settle();
    connector.succeed('a');
    const lease = await first;
    await clock.advance(400);
    lease.requeue(into(served, 'work'));
    await clock.advance(599);
    expect(served).toEqual([]);
    await clock.advance(1);
    expect(served).toEqual(['work: POOL_ACQUIRE_TIMEOUT']);
    expect(pool.stats.totals).toMatchObject({ asked: 1, acquired: 1, timedOut: 1, requeued: 1 });
  });

  it('keeps its own limit also when it was served at once', async () => {
    const { pool, clock, connector } = scripted({ max: 1, min: 1 });
    await clock.settle();
    connector.succeed('a');
    await clock.settle();
    const served: string[] = [];
    const lease = await pool.acquire({ timeoutMs: 1000 });
    await clock.advance(400);
    lease.requeue(into(served, 'work'));
    await clock.advance(600);
    expect(served).toEqual(['work: POOL_ACQUIRE_TIMEOUT']);
  });

  it('is refused once the pool is closing', async () => {
    const { pool, clock } = automatic({ max: 1 });
    const lease = await pool.acquire();
    const served: string[] = [];
    void pool.close();
    lease.requeue(into(served, 'work'));
    await clock.settle();
    expect(served).toEqual(['work: POOL_CLOSED']);
    expect(pool.state).toBe('closed');
  });
});
