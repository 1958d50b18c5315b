import { describe, expect, it } from 'vitest';
import type { Lease, Pool } from '../src/index.ts';
import { automatic } from './set-up.ts';

async function take(pool: Pool<string>, count: number): Promise<Lease<string>[]> {
  return Promise.all(Array.from({ length: count }, () => pool.acquire()));
}

describe('which idle connection is lent', () => {
  it('is the one used last, so that spare ones age out', async () => {
    const { pool, clock, connector } = automatic({ max: 3, idleTimeoutMs: 100 });
    for (const lease of await take(pool, 3)) lease.release();
    for (let round = 0; round < 10; round++) {
      await clock.advance(20);
      const lease = await pool.acquire();
      expect(lease.value).toBe('c3');
      lease.release();
    }
    expect(connector.closed).toEqual(['c1', 'c2']);
    expect(connector.reasons).toEqual(['idle-timeout', 'idle-timeout']);
  });

  it('is the one unused for longest with order fifo, so that use is spread evenly', async () => {
    const { pool, clock } = automatic({ max: 3, order: 'fifo', idleTimeoutMs: 100 });
    for (const lease of await take(pool, 3)) lease.release();
    const used: string[] = [];
    for (let round = 0; round < 6; round++) {
      await clock.advance(20);
      const lease = await pool.acquire();
      used.push(lease.value);
      lease.release();
    }
    expect(used).toEqual(['c1', 'c2', 'c3', 'c1', 'c2', 'c3']);
    expect(pool.stats.idle).toBe(3);
  });

  it.each(['lifo', 'fifo'] as const)(
    'is never one that has to answer a ping first, while another has not (%s)',
    async (order) => {
      const pinged: string[] = [];
      const { pool, clock } = automatic(
        { max: 2, min: 2, order, pingAfterIdleMs: 50 },
        {
          ping: (connection) => {
            pinged.push(connection);
          },
        },
      );
      await pool.ready();
      await clock.advance(40);
      (await pool.acquire()).release();
      await clock.advance(20);
      expect((await pool.acquire()).value).toBe(order === 'lifo' ? 'c2' : 'c1');
      expect(pinged).toEqual([]);
    },
  );
});

describe('a caller that prefers some connections', () => {
  async function tagged() {
    const tags = new Map<string, string>();
    const all = automatic({ max: 4 }, { tag: (connection) => tags.get(connection) });
    const leases = await take(all.pool, 4);
    for (const [index, tag] of ['inbox', 'sent', undefined, 'inbox'].entries()) {
      const lease = leases[index] as Lease<string>;
      if (tag !== undefined) tags.set(lease.value, tag);
      lease.release();
    }
    return { ...all, tags };
  }

  it('gets one with the first tag there is, the least recently used of them', async () => {
    const { pool } = await tagged();
    const prefer = ['drafts', 'inbox'];
    expect((await pool.acquire({ prefer })).value).toBe('c1');
    expect((await pool.acquire({ prefer })).value).toBe('c4');
  });

  it('may prefer untagged ones', async () => {
    const { pool } = await tagged();
    expect((await pool.acquire({ prefer: [undefined] })).value).toBe('c3');
  });

  it('gets any other, least recently used, when none has a tag of these', async () => {
    const { pool } = await tagged();
    expect((await pool.acquire({ prefer: ['drafts'] })).value).toBe('c1');
    expect((await pool.acquire({ prefer: ['drafts'] })).value).toBe('c2');
  });

  it('is served from the queue by its preference, too', async () => {
    const { pool } = await tagged();
    pool.suspend();
    const waiter = pool.acquire({ prefer: ['sent'] });
    pool.resume();
    expect((await waiter).value).toBe('c2');
  });

  it('finds the tag a connection has now, not the one it had', async () => {
    const { pool, tags } = await tagged();
    const lease = await pool.acquire({ prefer: ['sent'] });
    tags.set(lease.value, 'drafts');
    lease.release();
    expect((await pool.acquire({ prefer: ['drafts'] })).value).toBe('c2');
  });

  it('does not keep others from the same connections', async () => {
    const { pool } = await tagged();
    expect((await pool.acquire()).value).toBe('c4');
    expect((await pool.acquire({ prefer: ['inbox'] })).value).toBe('c1');
  });

  it('asks for the tag of a fresh connection, and again after it was made clean', async () => {
    const asked: string[] = [];
    const { pool, clock } = automatic(
      { max: 1 },
      {
        reset: () => {},
        tag: (connection) => {
          asked.push(connection);
          return `tag ${asked.length}`;
        },
      },
    );
    const lease = await pool.acquire();
    expect(asked).toEqual(['c1']);
    lease.release();
    await clock.settle();
    const before = asked.length;
    expect(before).toBeGreaterThan(1);
    expect((await pool.acquire({ prefer: [`tag ${before}`] })).value).toBe('c1');
  });
});

describe('a connection that was lent often enough', () => {
  it('is closed on its last return and replaced for whoever waits', async () => {
    const { pool, clock, connector } = automatic({ max: 1, maxUses: 3 });
    const used: string[] = [];
    for (let use = 0; use < 7; use++) {
      const lease = await pool.acquire();
      used.push(lease.value);
      lease.release();
      await clock.settle();
    }
    expect(used).toEqual(['c1', 'c1', 'c1', 'c2', 'c2', 'c2', 'c3']);
    expect(connector.reasons).toEqual(['max-uses', 'max-uses']);
  });

  it('has not been used by a caller that left while it was asked whether it lives', async () => {
    const controller = new AbortController();
    let asked = 0;
    const { pool, clock, connector } = automatic(
      { max: 1, maxUses: 2 },
      {
        isAlive: () => {
          // On the return of the first lease, then when it is offered to the waiter.
          if (++asked === 3) controller.abort(new Error('left'));
          return true;
        },
      },
    );
    const lease = await pool.acquire();
    const waiter = pool.acquire({ signal: controller.signal });
    lease.release();
    await expect(waiter).rejects.toThrow('left');
    expect(pool.stats).toMatchObject({ idle: 1, leased: 0 });
    await clock.settle();
    expect(connector.closed).toEqual([]);
    expect((await pool.acquire()).value).toBe('c1');
  });
});
