import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { ConnectionError, OpenError, type UseContext } from '../src/index.ts';
import { automatic, passing, watch } from './set-up.ts';

const never = new Promise<never>(() => {});

describe('use', () => {
  it('lends a connection for the work, gives its result, and takes the connection back', async () => {
    const { pool } = automatic({ max: 1 });
    expect(await pool.use(async (connection) => `${connection} did it`)).toBe('c1 did it');
    expect(await pool.use((connection) => `${connection} did it at once`)).toBe('c1 did it at once');
    expect(await pool.use((connection, { lease }) => lease.value === connection)).toBe(true);
    expect(pool.stats).toMatchObject({ idle: 1, leased: 0, totals: { acquired: 3 } });
  });

  it('passes on what the work throws, and keeps the connection: it is the caller’s own business', async () => {
    const { pool } = automatic({ max: 1 });
    const wrong = new TypeError('no such row');
    await expect(pool.use(() => Promise.reject(wrong))).rejects.toBe(wrong);
    await expect(
      pool.use(() => {
        throw wrong;
      }),
    ).rejects.toBe(wrong);
    expect(pool.stats.idle).toBe(1);
  });

  class Garbled extends Error {}
  class Lost extends ConnectionError {}
  it.each([
    ['a ConnectionError', new ConnectionError('reset')],
    ['one of its subclasses', new Lost('gone')],
    ['what discardOn names by class', new Garbled('?')],
    ['what discardOn recognises', new Error('code 57P01')],
    ['what the connector says breaks it', new RangeError('frame too long')],
  ])('discards the connection after %s, and replaces it', async (_, error) => {
    const { pool, clock, connector } = automatic(
      { max: 1, min: 1, discardOn: [Garbled, (candidate) => String(candidate).includes('57P01')] },
      { brokenBy: [RangeError] },
    );
    const discards: unknown[] = [];
    pool.on('discard', (event) => discards.push(event));
    await expect(pool.use(() => Promise.reject(error))).rejects.toBe(error);
    await clock.settle();
    expect(discards).toMatchObject([{ reason: 'broken', error }]);
    expect(connector.opens).toBe(2);
  });

  it('takes no other error of the pool for a broken connection', async () => {
    const { pool } = automatic({ max: 1 });
    const error = new OpenError('another pool', 'x', { code: 'POOL_OPEN_FAILED', step: 'open', hook: undefined, attempt: 1 });
    await expect(pool.use(() => Promise.reject(error))).rejects.toBe(error);
    expect(pool.stats.idle).toBe(1);
  });

  it('recognises a ConnectionError of another copy of the package', async () => {
    const { pool, clock, connector } = automatic({ max: 1 });
    const foreign = Object.assign(new Error('theirs'), { [Symbol.for('@pool/core/error')]: 'connection' });
    await expect(pool.use(() => Promise.reject(foreign))).rejects.toBe(foreign);
    await clock.settle();
    expect(connector.reasons).toEqual(['broken']);
  });

  it.each([
    ['isAlive', 'broken'],
    ['isClean', 'unclean'],
  ])('discards a connection of which %s says no after the work', async (hook, reason) => {
    let good = true;
    const { pool, clock, connector } = automatic({ max: 1 }, { [hook]: () => good });
    await pool.use(() => {
      good = false;
    });
    good = true;
    await clock.settle();
    expect(connector.reasons).toEqual([reason]);
  });

  it('lets the work end the lease itself', async () => {
    const { pool, clock, connector } = automatic({ max: 3 });
    await pool.use((_, { lease }) => lease.discard());
    await pool.use((_, { lease }) => lease.detach());
    await pool.use((_, { lease }) => lease.release());
    await expect(
      pool.use((_, { lease }) => {
        lease.release();
        throw new ConnectionError('after the fact');
      }),
    ).rejects.toThrow('after the fact');
    await clock.settle();
    expect(connector.reasons).toEqual(['discarded']);
    expect(pool.stats).toMatchObject({ idle: 1, leased: 0, totals: { detached: 1 } });
  });
});

describe('work that is ended early', () => {
  it('by its limit rejects in time, hears of it, and costs the connection, also when it succeeds later', async () => {
    const { pool, clock, connector } = automatic({ max: 1 });
    let context: UseContext<string> | undefined;
    const using = watch(
      pool.use(
        async (_, given) => {
          context = given;
          await passing(clock, 150);
          return 'late';
        },
        { workTimeoutMs: 100 },
      ),
    );
    await clock.advance(99);
    expect(using.state).toBe('pending');
    expect(context?.signal.aborted).toBe(false);
    await clock.advance(1);
    expect(using.error).toMatchObject({
      code: 'POOL_WORK_TIMEOUT',
      timeoutMs: 100,
      poolName: 'db',
      message: expect.stringContaining('did not settle within 100 ms (workTimeoutMs)'),
    });
    expect(context?.signal.reason).toBe(using.error);
    await clock.advance(100);
    expect(connector.reasons).toEqual(['aborted']);
  });

  it('counts its limit from the lease, not from the call', async () => {
    const { pool, clock } = automatic({ max: 1 });
    const lease = await pool.acquire();
    const using = watch(pool.use(() => never, { workTimeoutMs: 100 }));
    await clock.advance(1000);
    lease.release();
    await clock.advance(99);
    expect(using.state).toBe('pending');
    await clock.advance(1);
    expect(using.state).toBe('rejected');
  });

  it('before its limit lets go of the limit', async () => {
    const { pool, clock, timers } = automatic({ max: 1, leakAfterMs: Infinity, idleTimeoutMs: Infinity });
    await pool.use(() => 1, { workTimeoutMs: 1000 });
    await expect(pool.use(() => Promise.reject(new Error('no')), { workTimeoutMs: 1000 })).rejects.toThrow('no');
    await clock.advance(30_000);
    expect(timers.pending).toBe(0);
    expect(pool.stats.idle).toBe(1);
  });

  it('by the caller’s signal rejects with its reason, and costs the connection', async () => {
    const { pool, clock, connector } = automatic({ max: 1 });
    const controller = new AbortController();
    let context: UseContext<string> | undefined;
    const using = watch(
      pool.use(
        (_, given) => {
          context = given;
          return never;
        },
        { signal: controller.signal },
      ),
    );
    await clock.settle();
    controller.abort('shut down');
    await clock.settle();
    expect(using.error).toBe('shut down');
    expect(context?.signal.reason).toBe('shut down');
    expect(connector.reasons).toEqual(['aborted']);
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0);
  });

  it('is not what happens to its signal afterwards: work that settled has let go of it', async () => {
    const { pool, clock, connector } = automatic({ max: 1 });
    const controller = new AbortController();
    const { signal } = controller;
    const options = { signal, workTimeoutMs: 1000 };
    await pool.use(() => 'done', options);
    await expect(pool.use(() => Promise.reject(new Error('no')), options)).rejects.toThrow('no');
    for await (const _ of pool.stream(async function* () {
      yield 1;
    }, options));
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
    controller.abort();
    await clock.advance(1000);
    expect(connector.closed).toEqual([]);
  });

  it('in the very moment it succeeds gives its result, and costs the connection: nobody knows where it stopped', async () => {
    const { pool, clock, connector } = automatic({ max: 1 });
    const controller = new AbortController();
    const result = await pool.use(
      () => {
        controller.abort();
        return 'done';
      },
      { signal: controller.signal },
    );
    expect(result).toBe('done');
    await clock.settle();
    expect(connector.reasons).toEqual(['aborted']);
  });

  it('says so to a signal that is asked for afterwards', async () => {
    const { pool, clock } = automatic({ max: 1 });
    const controller = new AbortController();
    let context: UseContext<string> | undefined;
    const using = watch(
      pool.use(
        (_, given) => {
          context = given;
          return never;
        },
        { signal: controller.signal },
      ),
    );
    await clock.settle();
    controller.abort('shut down');
    await clock.settle();
    expect(using.state).toBe('rejected');
    expect(context?.signal.reason).toBe('shut down');
  });

  it('before it begins is not begun, and the connection is as it was', async () => {
    const { pool, clock, connector } = automatic({ max: 1 });
    const lease = await pool.acquire();
    const controller = new AbortController();
    let begun = 0;
    const using = watch(pool.use(() => void begun++, { signal: controller.signal }));
    const streaming = watch(
      pool
        .stream(
          async function* () {
            begun++;
            yield 1;
          },
          { signal: controller.signal },
        )
        .next(),
    );
    await Promise.resolve();
    lease.release();
    controller.abort('never mind');
    await clock.settle();
    expect([using.error, streaming.error]).toEqual(['never mind', 'never mind']);
    expect(begun).toBe(0);
    expect(connector.closed).toEqual([]);
    expect(pool.stats).toMatchObject({ idle: 1, leased: 0 });
  });

  it('by closing the pool by force hears of it, and a result it had is given all the same', async () => {
    const { pool, clock, connector } = automatic({ max: 1 });
    let context: UseContext<string> | undefined;
    const using = watch(
      pool.use(async (_, given) => {
        context = given;
        await passing(clock, 100);
        return 'done';
      }),
    );
    await clock.settle();
    const closing = watch(pool.close({ drainTimeoutMs: 50 }));
    expect(context?.signal.aborted).toBe(false);
    await clock.advance(50);
    expect(context?.signal.reason).toMatchObject({ code: 'POOL_CLOSED' });
    expect(closing.state).toBe('fulfilled');
    expect(connector.reasons).toEqual(['destroyed']);
    await clock.advance(50);
    expect(using.value).toBe('done');
  });

  it('by closing the pool by force rejects when it could be ended anyway', async () => {
    const { pool, clock } = automatic({ max: 1 });
    const using = watch(pool.use(() => never, { workTimeoutMs: 1000 }));
    await clock.settle();
    void pool.close({ drainTimeoutMs: 50 });
    await clock.advance(50);
    expect(using.error).toMatchObject({ code: 'POOL_CLOSED' });
  });

  it('is not ended by what happens to the connection after the work gave it back', async () => {
    const { pool, clock } = automatic({ max: 1 });
    let context: UseContext<string> | undefined;
    const using = watch(
      pool.use(async (_, given) => {
        context = given;
        given.lease.release();
        await passing(clock, 100);
        return 'done';
      }),
    );
    await clock.settle();
    (await pool.acquire()).discard();
    await clock.advance(100);
    expect(context?.signal.aborted).toBe(false);
    expect(using.value).toBe('done');
  });
});

describe('stream', () => {
  const counting = (ended: string[] = []) =>
    async function* (connection: string) {
      try {
        for (let item = 1; item <= 3; item++) yield `${connection} ${item}`;
      } finally {
        ended.push(connection);
      }
    };

  it('holds the connection while the iteration lasts, and gives it back at its end', async () => {
    const { pool } = automatic({ max: 1 });
    const items: string[] = [];
    for await (const item of pool.stream(counting())) {
      expect(pool.stats.leased).toBe(1);
      items.push(item);
    }
    expect(items).toEqual(['c1 1', 'c1 2', 'c1 3']);
    expect(pool.stats).toMatchObject({ idle: 1, leased: 0 });
  });

  it('asks for nothing before it is iterated', async () => {
    const { pool, clock, connector } = automatic({ max: 1 });
    const stream = pool.stream(counting());
    await clock.settle();
    expect(connector.opens).toBe(0);
    await stream.return();
    expect(connector.opens).toBe(0);
  });

  it.each([
    ['cannot tell clean', {}, ['unclean']],
    ['says it is not clean', { isClean: () => false }, ['unclean']],
    ['says it is clean', { isClean: () => true }, []],
  ])('that is left early ends the work, and when the connector %s the connection goes accordingly', async (_, hooks, reasons) => {
    const { pool, clock, connector } = automatic({ max: 1 }, hooks);
    const ended: string[] = [];
    for await (const item of pool.stream(counting(ended))) {
      if (item === 'c1 2') break;
    }
    expect(ended).toEqual(['c1']);
    await clock.settle();
    expect(connector.reasons).toEqual(reasons);
    expect(pool.stats.leased).toBe(0);
  });

  it('passes on what the work throws, by the rules of use', async () => {
    const { pool, clock, connector } = automatic({ max: 1 });
    const failing = (error: Error) =>
      async function* () {
        yield 1;
        throw error;
      };
    const drain = async (error: Error): Promise<void> => {
      for await (const _ of pool.stream(failing(error)));
    };
    await expect(drain(new Error('own business'))).rejects.toThrow('own business');
    await clock.settle();
    expect(connector.reasons).toEqual([]);
    await expect(drain(new ConnectionError('reset'))).rejects.toThrow('reset');
    await clock.settle();
    expect(connector.reasons).toEqual(['broken']);
  });

  it('whose work throws before the first item gives the connection back', async () => {
    const { pool } = automatic({ max: 1 });
    const stream = pool.stream(() => {
      throw new Error('cannot begin');
    });
    await expect(stream.next()).rejects.toThrow('cannot begin');
    expect(pool.stats).toMatchObject({ idle: 1, leased: 0 });
  });

  it('that is aborted while it waits for an item rejects, ends the work and costs the connection', async () => {
    const { pool, clock, connector } = automatic({ max: 1 });
    const controller = new AbortController();
    let returned = 0;
    const stream = pool.stream(
      () => ({
        [Symbol.asyncIterator]: () => ({ next: () => never, return: async () => ({ done: true as const, value: returned++ }) }),
      }),
      { signal: controller.signal },
    );
    const next = watch(stream.next());
    await clock.settle();
    controller.abort('enough');
    await clock.settle();
    expect(next.error).toBe('enough');
    expect(returned).toBe(1);
    expect(connector.reasons).toEqual(['aborted']);
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0);
  });

  it('that is aborted between two items rejects at the next', async () => {
    const { pool, clock, connector } = automatic({ max: 1 });
    const controller = new AbortController();
    const items: string[] = [];
    const drain = async (): Promise<void> => {
      for await (const item of pool.stream(counting(), { signal: controller.signal })) {
        items.push(item);
        controller.abort('enough');
      }
    };
    await expect(drain()).rejects.toBe('enough');
    expect(items).toEqual(['c1 1']);
    await clock.settle();
    expect(connector.reasons).toEqual(['aborted']);
  });

  it('whose work fails to end tells why, by the rules of use', async () => {
    const { pool, clock, connector } = automatic({ max: 1 }, { isClean: () => true });
    const drain = async (): Promise<void> => {
      const stream = pool.stream(async function* () {
        try {
          yield 1;
        } finally {
          await Promise.reject(new ConnectionError('lost on the way out'));
        }
      });
      for await (const _ of stream) break;
    };
    await expect(drain()).rejects.toThrow('lost on the way out');
    await clock.settle();
    expect(connector.reasons).toEqual(['broken']);
  });
});
