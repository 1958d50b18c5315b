import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Connector, Pool, type PoolEvents } from '../src/index.ts';
import { automatic, expectBooks, type Hooks, type Options, watch } from './set-up.ts';

// Nothing a user passes in can corrupt the pool by throwing, rejecting, hanging or answering late.

const unhandled: unknown[] = [];
const note = (error: unknown): void => void unhandled.push(error);

beforeEach(() => {
  unhandled.length = 0;
  process.on('unhandledRejection', note);
});

afterEach(() => {
  process.off('unhandledRejection', note);
  expect(unhandled).toEqual([]);
});

const hooks = [
  'open',
  'init',
  'ping',
  'reset',
  'close',
  'destroy',
  'isAlive',
  'isClean',
  'tag',
  'watch',
  'unwatch',
  'onIdle',
  'onLend',
  'openVerdict',
  'openBackoff',
  'listener',
  'discardOn',
  'brokenBy',
  'rejectOn',
  'attach',
  'detach',
  'onLease',
  'onRefused',
] as const;
const endings = ['returns', 'throws', 'rejects', 'is slow', 'never ends'] as const;
const callers = ['stay', 'leave'] as const;

type Hook = (typeof hooks)[number];
type Ending = (typeof endings)[number];

const misbehaviour = new Error('misbehaved');

/** What the hook under test does instead of its work, while it misbehaves. */
function end<V>(ending: Ending, answer: V, later: (resolve: () => void) => void): V {
  switch (ending) {
    case 'returns':
      return answer;
    case 'throws':
      throw misbehaviour;
    case 'rejects':
      return Promise.reject(misbehaviour) as V;
    case 'is slow':
      return new Promise<V>((resolve) => later(() => resolve(answer))) as V;
    case 'never ends':
      return new Promise<V>(() => {}) as V;
  }
}

describe.each(hooks)('when %s misbehaves', (hook) => {
  describe.each(endings)('and %s', (ending) => {
    it.each(callers)(
      'everything settles, the books are right and the pool serves afterwards, whether its callers %s',
      async (caller) => {
        await misbehave(hook, ending, caller === 'leave');
      },
    );
  });
});

async function misbehave(hook: Hook, ending: Ending, leave: boolean): Promise<void> {
  let misbehaves = true;
  let asked = 0;
  const pending: (() => void)[] = [];
  const as = <V>(name: Hook, answer: V): V =>
    name === hook && misbehaves ? end(ending, answer, (resolve) => pending.push(resolve)) : answer;
  const all = automatic(
    {
      max: 3,
      min: 1,
      init: () => as('init', undefined),
      keepAlive: { intervalMs: 200 },
      pingAfterIdleMs: 50,
      idleTimeoutMs: 1000,
      maxUses: 5,
      openTimeoutMs: 100,
      pingTimeoutMs: 100,
      resetTimeoutMs: 100,
      closeTimeoutMs: 100,
      acquireTimeoutMs: 500,
      openBackoff: () => as('openBackoff', 20),
      discardOn: [() => as('discardOn', false)],
      rejectOn: [() => as('rejectOn', false)],
    },
    connectorOf(as),
    { openMs: 5 },
  );
  const { pool, clock, timers, connector } = all;
  const { open } = connector;
  connector.open = async (context) => {
    const connection = await open.call(connector, context);
    await as('open', undefined);
    // Opens also fail by themselves, so that the verdict, the backoff and rejectOn are asked.
    if (connector.opens === 2 && hook !== 'open') throw new Error('refused');
    return connection;
  };
  for (const event of [
    'open',
    'openError',
    'wait',
    'acquire',
    'release',
    'discard',
    'leak',
    'notice',
    'fault',
    'close',
  ] as const) {
    pool.on(event, () => as('listener', undefined));
  }

  const outcomes: ReturnType<typeof watch<unknown>>[] = [];
  const controller = new AbortController();
  const use = (fails: boolean): void => {
    asked++;
    outcomes.push(
      watch(
        pool.use(
          async (_, { signal }) => {
            await new Promise<void>((resolve) => clock.schedule(resolve, 10));
            signal.throwIfAborted();
            if (fails) throw new Error('own business');
          },
          { signal: controller.signal, workTimeoutMs: 50 },
        ),
      ),
    );
  };
  const request = (): void => {
    asked++;
    const lent = pool.request(
      {
        onLease: (lease) => {
          clock.schedule(() => lease[Symbol.dispose](), 5);
          return as('onLease', undefined);
        },
        onRefused: () => as('onRefused', undefined),
      },
      { timeoutMs: 40, signal: controller.signal },
    );
    if (lent !== undefined) clock.schedule(() => lent[Symbol.dispose](), 5);
  };

  for (let round = 0; round < 12; round++) {
    use(round % 3 === 0);
    use(false);
    request();
    if (round === 2) for (const connection of [...connector.live].slice(0, 1)) connector.kill(connection, new Error('reset'));
    if (round === 4) pool.recycle();
    if (round === 5 && leave) controller.abort(new Error('left'));
    if (round === 8) connector.killAll();
    await clock.advance(round % 4 === 3 ? 300 : 7);
    expectBooks(pool);
    expect(timers.pending).toBeLessThanOrEqual(1);
  }
  for (const resolve of pending.splice(0)) resolve();
  await clock.advance(1500);
  expect(outcomes.filter(({ state }) => state === 'pending')).toEqual([]);
  expect(pool.stats).toMatchObject({ waiting: 0, leased: 0, totals: { asked } });
  expectBooks(pool);

  // Healed, it serves as if nothing had been.
  misbehaves = false;
  for (const resolve of pending.splice(0)) resolve();
  await clock.advance(1500);
  expect(pool.stats.idle).toBeGreaterThanOrEqual(1);
  const served = Array.from({ length: 9 }, () => watch(pool.use((connection) => connection)));
  await clock.advance(500);
  expect(served.map(({ state }) => state)).toEqual(Array(9).fill('fulfilled'));
  const closing = watch(pool.close());
  await clock.advance(500);
  expect(closing.value).toEqual({ leaked: [] });
  expect(timers.pending).toBe(0);
  expectBooks(pool);
}

/** Every hook of a connector, behaving unless it is the one under test. */
function connectorOf(as: <V>(name: Hook, answer: V) => V): Hooks {
  const listeners = new Map<string, (error?: unknown) => void>();
  return {
    ping: () => as('ping', undefined),
    reset: () => as('reset', undefined),
    isAlive: () => as('isAlive', true),
    isClean: () => as('isClean', true),
    tag: () => as('tag', 'tag'),
    onIdle: () => as('onIdle', undefined),
    onLend: () => as('onLend', undefined),
    openVerdict: () => as('openVerdict', 'retry'),
    brokenBy: [() => as('brokenBy', false)],
    attach: () => as('attach', () => as('detach', undefined)),
    watch(this: Connector<string> & { kill: unknown }, connection, onBroken) {
      listeners.set(connection, onBroken);
      Object.assign(this, { kill: (victim: string, error?: unknown) => listeners.get(victim)?.(error) });
      return as('watch', () => {
        listeners.delete(connection);
        return as('unwatch', undefined);
      });
    },
  };
}

describe('what misbehaves is reported', () => {
  const cases: [string, Hooks, Options][] = [
    [
      'isAlive',
      {
        isAlive: () => {
          throw misbehaviour;
        },
      },
      {},
    ],
    [
      'isClean',
      {
        isClean: () => {
          throw misbehaviour;
        },
      },
      {},
    ],
    [
      'tag',
      {
        tag: () => {
          throw misbehaviour;
        },
      },
      {},
    ],
    [
      'watch',
      {
        watch: () => {
          throw misbehaviour;
        },
      },
      {},
    ],
    [
      'onIdle',
      {
        onIdle: () => {
          throw misbehaviour;
        },
      },
      {},
    ],
    [
      'onLend',
      {
        onLend: () => {
          throw misbehaviour;
        },
      },
      {},
    ],
    [
      'close',
      {
        close: () => {
          throw misbehaviour;
        },
      },
      {},
    ],
    ['onIdle', { onIdle: () => Promise.reject(misbehaviour) }, {}],
    ['onLend', { onLend: () => Promise.reject(misbehaviour) }, {}],
    ['watch', { watch: () => () => Promise.reject(misbehaviour) }, {}],
    ['destroy', { close: undefined as never, destroy: () => Promise.reject(misbehaviour) }, {}],
    [
      'discardOn',
      {},
      {
        discardOn: [
          () => {
            throw misbehaviour;
          },
        ],
      },
    ],
    [
      'discardOn',
      {
        brokenBy: [
          () => {
            throw misbehaviour;
          },
        ],
      },
      {},
    ],
  ];

  it.each(cases)('as a fault of %s, with what it threw or rejected with (%#)', async (where, hooks, options) => {
    const { pool, clock, faults } = automatic(
      { max: 1, min: 1, acquireTimeoutMs: 10, maxUses: 1, openBackoff: () => 100, ...options },
      hooks,
    );
    await clock.advance(0);
    watch(pool.use(() => Promise.reject(new Error('own business'))));
    await clock.advance(20);
    expect(faults.length).toBeGreaterThan(0);
    expect(faults[0]).toEqual({ where, error: misbehaviour });
  });

  it('once: a listener that throws or rejects is told to those of fault, and one of fault to nobody', async () => {
    for (const misbehave of [
      () => {
        throw misbehaviour;
      },
      () => Promise.reject(misbehaviour),
    ]) {
      const { pool, clock, faults } = automatic({ min: 1 });
      let heard = 0;
      pool.on('open', misbehave);
      pool.on('open', () => heard++);
      pool.on('fault', misbehave);
      await clock.advance(0);
      expect(heard).toBe(1);
      expect(faults).toEqual([{ where: "listener of 'open'", error: misbehaviour }]);
    }
  });

  it('as a fault of a request whose callback throws; the connection it was given is not lost', async () => {
    const { pool, clock, connector, faults } = automatic({ max: 1 });
    pool.request({
      onLease: () => {
        throw misbehaviour;
      },
      onRefused: () => {},
    });
    await clock.settle();
    expect(faults).toEqual([{ where: 'request', error: misbehaviour }]);
    expect(connector.reasons).toEqual(['aborted']);
    expect((await pool.acquire()).value).toBe('c2');
  });

  it('as a fault of attaching, although nobody could listen yet', async () => {
    const { clock, faults } = automatic(
      {},
      {
        attach: () => {
          throw misbehaviour;
        },
      },
    );
    await clock.settle();
    expect(faults).toEqual([{ where: 'attach', error: misbehaviour }]);
  });
});

describe('a promise where an answer is wanted at once', () => {
  const promises = [() => Promise.resolve(true), () => Promise.reject(misbehaviour), () => new Promise(() => {})];
  const cases: [string, string, (promise: () => Promise<unknown>) => [Hooks, Options?]][] = [
    ['isAlive', 'true or false', (promise) => [{ isAlive: promise as never }]],
    ['isClean', 'true or false', (promise) => [{ isClean: promise as never }]],
    ['tag', 'a string', (promise) => [{ tag: promise as never }]],
    ['watch', 'a function that ends it', (promise) => [{ watch: promise as never }]],
    ['attach', 'a function that ends it', (promise) => [{ attach: promise as never }]],
    ['openVerdict', 'a verdict', (promise) => [{ openVerdict: promise as never, open: () => Promise.reject(new Error('no')) }]],
    [
      'openBackoff',
      'a number of milliseconds',
      (promise) => [{ open: () => Promise.reject(new Error('no')) }, { openBackoff: promise as never }],
    ],
    [
      'a matcher',
      'true or false',
      (promise) => [{ open: () => Promise.reject(new Error('no')) }, { rejectOn: [promise as never] }],
    ],
    ['a matcher', 'true or false', (promise) => [{}, { discardOn: [promise as never] }]],
  ];

  it.each(cases)('is a fault (%s, for %s)', async (hook, wanted, make) => {
    for (const promise of promises) {
      const [hooks, options] = make(promise);
      const { pool, clock, faults } = automatic({ max: 1, acquireTimeoutMs: 100, ...options }, hooks);
      watch(pool.use(() => Promise.reject(new Error('own business'))));
      await clock.advance(100);
      expect(faults[0]).toMatchObject({ error: new TypeError(`${hook} answered a promise, not ${wanted}`) });
    }
  });

  it('means no where the question is whether a connection may be lent', async () => {
    const { pool, clock, connector } = automatic({ max: 1, acquireTimeoutMs: 100 }, { isAlive: promises[0] as never });
    const waiter = watch(pool.acquire());
    await clock.advance(100);
    expect(waiter.state).toBe('rejected');
    expect(connector.reasons[0]).toBe('broken');
  });

  it('means no where the question is whether an error is one of those', async () => {
    const { pool } = automatic({ max: 1, discardOn: [promises[0] as never] });
    await expect(pool.use(() => Promise.reject(new Error('own business')))).rejects.toThrow('own business');
    expect(pool.stats.idle).toBe(1);
  });
});

describe('a pool beside another whose clock, or hook, fails', () => {
  it('goes on: what one pool is given cannot stop the others', async () => {
    const healthy = automatic({ max: 1 });
    const { clock } = healthy;
    const sick = new Pool<string>(
      { open: () => 'x' },
      {
        max: 1,
        clock: {
          now: () => clock.now(),
          schedule: () => {
            throw misbehaviour;
          },
        },
      },
    );
    const faults: PoolEvents['fault'][0][] = [];
    sick.on('fault', (fault) => faults.push(fault));
    watch(sick.acquire());
    await clock.settle();
    const waiter = watch(healthy.pool.acquire());
    await clock.settle();
    expect(waiter.state).toBe('fulfilled');
    expect(faults[0]).toEqual({ where: 'clock', error: misbehaviour });
  });
});

describe('promises that nobody looks at', () => {
  it('are never an unhandled rejection, whatever fails in the background', async () => {
    const { pool, clock, connector } = automatic(
      { max: 2, min: 2, keepAlive: { intervalMs: 10 }, closeTimeoutMs: 10 },
      {
        ping: () => Promise.reject(new Error('ping')),
        reset: () => Promise.reject(new Error('reset')),
        close: () => Promise.reject(new Error('close')),
        destroy: () => {
          throw new Error('destroy');
        },
      },
    );
    pool.removeAllListeners();
    (await pool.acquire()).release();
    await clock.advance(100);
    connector.failure = new Error('open');
    await clock.advance(1000);
    expect(pool.stats.totals.openFailed).toBeGreaterThan(0);
    expect(pool.stats.totals.abandoned).toBeGreaterThan(0);
  });
});
