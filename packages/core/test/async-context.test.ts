import { AsyncLocalStorage } from 'node:async_hooks';
import { describe, expect, it } from 'vitest';
import { automatic, passing, watch } from './set-up.ts';

const storage = new AsyncLocalStorage<string>();

/** In whose context each thing happened. */
function tracked(options: Parameters<typeof automatic>[0] = {}) {
  const seen: Record<string, (string | undefined)[]> = {};
  const see = (what: string): void => {
    seen[what] ??= [];
    seen[what].push(storage.getStore());
  };
  let name = 0;
  const all = automatic(
    { max: 1, pingAfterIdleMs: 10, leakAfterMs: 100, openBackoff: () => 10, ...options, init: () => see('init') },
    {
      open: async () => {
        see('open');
        await null;
        see('open, later');
        if (name === 0 && ++name === 1) throw new Error('refused');
        return `c${++name}`;
      },
      ping: () => see('ping'),
      reset: () => see('reset'),
      close: () => see('close'),
      destroy: () => see('destroy'),
      watch: () => {
        see('watch');
        return () => {};
      },
    },
  );
  for (const event of ['open', 'openError', 'wait', 'acquire', 'release', 'discard', 'leak', 'close'] as const) {
    all.pool.on(event, () => see(`event ${event}`));
  }
  return { ...all, seen };
}

describe('the asynchronous context', () => {
  it('of opening, pinging, resetting, closing, timers and events is nobody’s', async () => {
    const { pool, clock, seen } = tracked();
    await storage.run('first caller', async () => {
      const waiter = pool.acquire();
      await clock.advance(10);
      const lease = await waiter;
      await clock.advance(100);
      lease.release();
      await clock.advance(20);
    });
    await storage.run('second caller', async () => {
      const lease = await pool.acquire();
      lease.discard();
      const again = await pool.acquire();
      await clock.settle();
      void pool.close({ drainTimeoutMs: 0 });
      await clock.advance(0);
      expect(again.active).toBe(false);
      await clock.settle();
    });
    expect(Object.keys(seen).toSorted()).toEqual([
      'close',
      'destroy',
      'event acquire',
      'event close',
      'event discard',
      'event leak',
      'event open',
      'event openError',
      'event release',
      'event wait',
      'init',
      'open',
      'open, later',
      'ping',
      'reset',
      'watch',
    ]);
    for (const [what, contexts] of Object.entries(seen)) expect([what, ...new Set(contexts)]).toEqual([what, undefined]);
  });

  it('of what follows an acquire is its caller’s, whoever made the connection available', async () => {
    const { pool, clock } = automatic({ max: 1 });
    const first = await storage.run('A', () => pool.acquire());
    const contexts: (string | undefined)[] = [];
    const waits = ['B', 'C', 'D'].map((caller) =>
      storage.run(caller, async () => {
        const lease = await pool.acquire();
        contexts.push(storage.getStore());
        await clock.settle();
        lease.release();
        contexts.push(storage.getStore());
      }),
    );
    storage.run('A', () => first.release());
    await Promise.all(waits);
    expect(contexts).toEqual(['B', 'B', 'C', 'C', 'D', 'D']);
  });

  it('of work is its caller’s, and of what follows a refusal, too', async () => {
    const { pool, clock, connector } = automatic({ max: 1, acquireTimeoutMs: 100 }, {}, { openMs: 10 });
    const contexts: (string | undefined)[] = [];
    const note = (): void => void contexts.push(storage.getStore());
    const working = storage.run('worker', async () => {
      await pool.use(async () => {
        note();
        await passing(clock, 10);
        note();
      });
      note();
    });
    await clock.advance(20);
    await working;
    const streaming = storage.run('reader', async () => {
      for await (const _ of pool.stream(async function* () {
        note();
        yield 1;
      })) {
        note();
      }
    });
    await streaming;
    const lease = await pool.acquire();
    const late = storage.run('late', () => pool.acquire().catch(note));
    await clock.advance(100);
    await late;
    lease.release();
    expect(contexts).toEqual(['worker', 'worker', 'worker', 'reader', 'reader', 'late']);
    expect(connector.opens).toBe(1);
  });

  it('of the pool’s minimum is not that of whoever made the pool, or woke it', async () => {
    const contexts: (string | undefined)[] = [];
    const { pool, clock, connector } = storage.run('maker', () =>
      automatic(
        { max: 2, min: 1, keepAlive: { intervalMs: 100, ping: () => void contexts.push(storage.getStore()) } },
        {
          watch: (connection, onBroken) => {
            contexts.push(storage.getStore());
            breakers.set(connection, onBroken);
            return () => {};
          },
        },
      ),
    );
    const breakers = new Map<string, (error?: unknown) => void>();
    await storage.run('clock', () => clock.advance(1000));
    storage.run('socket', () => breakers.get('c1')?.());
    await storage.run('clock', () => clock.advance(100));
    storage.run('resizer', () => pool.resize({ min: 2 }));
    storage.run('recycler', () => pool.recycle());
    await clock.settle();
    expect(connector.opens).toBeGreaterThanOrEqual(4);
    expect(new Set(contexts)).toEqual(new Set([undefined]));
  });

  it('of a request’s callbacks is that of whoever made the connection available: binding is the adapter’s choice', async () => {
    const { pool } = automatic({ max: 1 });
    const lease = await pool.acquire();
    const contexts: (string | undefined)[] = [];
    storage.run('adapter', () =>
      pool.request({
        onLease: (given) => {
          contexts.push(storage.getStore());
          given.release();
        },
        onRefused: () => {},
      }),
    );
    storage.run('releaser', () => lease.release());
    expect(contexts).toEqual(['releaser']);
  });

  it('of a caller that waits and leaves is kept by nothing of the pool', async () => {
    const { pool, clock } = automatic({ max: 1 });
    const controller = new AbortController();
    const outcome = storage.run('gone', () => watch(pool.acquire({ signal: controller.signal, timeoutMs: 1e9 })));
    controller.abort();
    await clock.settle();
    expect(outcome.state).not.toBe('pending');
    expect((await pool.acquire()).active).toBe(true);
  });
});
