import { describe, expect, it } from 'vitest';
import type { Pool, PoolEvents } from '../src/index.ts';
import { AutomaticConnector, automatic, expectBooks, watch } from './set-up.ts';

// Whatever a hook does to its pool while it is asked, it only adds to what the pool has to do next.

const hooks = [
  'open',
  'init',
  'ping',
  'reset',
  'close',
  'isAlive',
  'isClean',
  'tag',
  'watch',
  'unwatch',
  'onIdle',
  'onLend',
  'openVerdict',
  'openBackoff',
  'discardOn',
  'listener',
  'onLease',
  'onRefused',
  'onAbort',
] as const;
type Hook = (typeof hooks)[number];

interface World {
  readonly pool: Pool<string>;
  readonly connector: AutomaticConnector;
  readonly controller: AbortController;
}

const acts: [string, (world: World) => void][] = [
  ['closes the pool', ({ pool }) => void pool.close({ drainTimeoutMs: 0 })],
  ['recycles', ({ pool }) => pool.recycle()],
  ['shrinks', ({ pool }) => pool.resize({ min: 0, max: 1 })],
  ['suspends', ({ pool }) => pool.suspend()],
  ['takes a connection and gives it back', ({ pool }) => pool.tryAcquire()?.release()],
  ['takes a connection and throws it away', ({ pool }) => pool.tryAcquire()?.discard()],
  ['asks for one and leaves', ({ pool }) => void watch(pool.acquire({ timeoutMs: 1 }).then((lease) => lease.release()))],
  ['reports that every connection is dead', ({ connector }) => connector.killAll()],
  ['makes the callers leave', ({ controller }) => controller.abort()],
];

describe.each(hooks)('when %s', (hook) => {
  it.each(acts)('%s, at its first, second, third or eighth call, everything settles and the books are right', async (_, act) => {
    for (const nth of [1, 2, 3, 8]) await callBack(hook, nth, act);
  });
});

async function callBack(hook: Hook, nth: number, act: (world: World) => void): Promise<void> {
  let calls = 0;
  let acting = false;
  let world: World | undefined;
  const at = (name: Hook): void => {
    if (name !== hook || acting || world === undefined || ++calls !== nth) return;
    acting = true;
    act(world);
    acting = false;
  };
  const all = automatic(
    {
      max: 3,
      min: 1,
      init: () => at('init'),
      keepAlive: { intervalMs: 100 },
      pingAfterIdleMs: 20,
      idleTimeoutMs: 200,
      maxUses: 4,
      maxLifetimeMs: 300,
      acquireTimeoutMs: 400,
      openTimeoutMs: 100,
      openBackoff: () => {
        at('openBackoff');
        return 10;
      },
      discardOn: [
        () => {
          at('discardOn');
          return false;
        },
      ],
    },
    {
      ping: () => at('ping'),
      reset: () => at('reset'),
      isAlive: () => {
        at('isAlive');
        return true;
      },
      isClean: () => {
        at('isClean');
        return true;
      },
      tag: () => {
        at('tag');
        return 'tag';
      },
      onIdle: () => at('onIdle'),
      onLend: () => at('onLend'),
      openVerdict: () => {
        at('openVerdict');
        return 'retry';
      },
    },
    { openMs: 3 },
  );
  const { pool, clock, timers, connector } = all;
  const controller = new AbortController();
  world = { pool, connector, controller };
  const { open, close, watch: watching } = AutomaticConnector.prototype;
  let opens = 0;
  connector.open = async (context) => {
    at('open');
    if (++opens % 4 === 2) throw new Error('refused');
    return await open.call(connector, context);
  };
  connector.close = (connection, context) => {
    at('close');
    return close.call(connector, connection, context);
  };
  connector.watch = (connection, onBroken) => {
    const unwatch = watching.call(connector, connection, onBroken);
    at('watch');
    return () => {
      at('unwatch');
      unwatch();
    };
  };
  for (const event of [
    'open',
    'openError',
    'wait',
    'acquire',
    'release',
    'discard',
    'close',
  ] as const satisfies (keyof PoolEvents)[]) {
    pool.on(event, () => at('listener'));
  }
  controller.signal.addEventListener('abort', () => at('onAbort'));
  const { signal } = controller;
  const outcomes: ReturnType<typeof watch<unknown>>[] = [];
  for (let round = 0; round < 12; round++) {
    outcomes.push(
      watch(
        pool.use(
          async () => {
            await new Promise<void>((resolve) => clock.schedule(resolve, 4));
            if (round % 3 === 0) throw new Error('own business');
          },
          { signal },
        ),
      ),
    );
    const lent = pool.request(
      {
        onLease: (lease) => {
          at('onLease');
          lease[Symbol.dispose]();
        },
        onRefused: () => at('onRefused'),
      },
      { timeoutMs: 20 },
    );
    lent?.release();
    outcomes.push(watch(pool.acquire({ timeoutMs: 15 }).then((lease) => lease.release())));
    if (round === 7) controller.abort();
    if (round === 5) connector.kill([...connector.live][0] ?? '');
    if (round === 9 && pool.state === 'open') pool.recycle();
    await clock.advance(round % 3 === 2 ? 60 : 3);
    expectBooks(pool);
    expect(timers.pending).toBeLessThanOrEqual(1);
  }
  pool.resume();
  await clock.advance(1000);
  expect(outcomes.filter(({ state }) => state === 'pending')).toEqual([]);
  expect(pool.stats).toMatchObject({ waiting: 0, leased: 0 });
  expect(connector.live.size).toBe(pool.stats.idle);
  if (pool.state === 'open') {
    const served = watch(pool.use((connection) => connection));
    await clock.advance(100);
    expect(served.state).toBe('fulfilled');
  }
  const closing = watch(pool.close());
  await clock.advance(100);
  expect(closing.state).toBe('fulfilled');
  expect(connector.live.size).toBe(0);
  expect(timers.pending).toBe(0);
}
