import { describe, expect, it } from 'vitest';
import { type Connector, type OpenContext, PoolError, sequence } from '../src/index.ts';
import { automatic, type Hooks, passing, scripted, watch } from './set-up.ts';

const refused = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });

describe('an open that fails', () => {
  it('by throwing is a failure like any other: nobody is thrown at, and the next try is served', async () => {
    let tries = 0;
    const { pool, clock } = automatic(
      { max: 1, openBackoff: () => 100 },
      {
        open: () => {
          if (++tries === 1) throw refused;
          return 'a';
        },
      },
    );
    const waiter = watch(pool.acquire());
    await clock.settle();
    expect(waiter.state).toBe('pending');
    expect(pool.stats).toMatchObject({ opening: 0, consecutiveFailures: 1, totals: { openFailed: 1 } });
    await clock.advance(100);
    expect(waiter.value?.value).toBe('a');
  });

  it('is told in full: which attempt, why, and when the next one is', async () => {
    const { pool, clock, connector } = automatic({ min: 1, openBackoff: (attempt) => attempt * 100 });
    const events: unknown[] = [];
    pool.on('openError', (event) => events.push(event));
    connector.failure = refused;
    await clock.advance(100);
    expect(events).toMatchObject([
      {
        attempt: 1,
        retryInMs: 100,
        error: {
          code: 'POOL_OPEN_FAILED',
          step: 'open',
          hook: undefined,
          poolName: 'db',
          cause: refused,
          message: "pool 'db' could not open a connection (attempt 1): connect ECONNREFUSED",
        },
      },
      { attempt: 2, retryInMs: 200 },
    ]);
  });

  it('tells the connector which attempt it is, and 1 again after a success', async () => {
    const { pool, clock, connector } = automatic({ max: 2, min: 1, openBackoff: () => 10 });
    connector.failure = refused;
    await clock.advance(20);
    connector.failure = undefined;
    await clock.advance(10);
    expect(pool.stats.idle).toBe(1);
    await Promise.all([pool.acquire(), pool.acquire()]);
    expect(connector.attempts).toEqual([1, 2, 3, 4, 1]);
  });

  it.each(['text', 42, undefined, null, Symbol('no error'), Object.create(null), { toString: () => 3 }])(
    'may do so with anything (%#)',
    async (thrown: unknown) => {
      let tries = 0;
      const { pool, clock } = automatic(
        { max: 1, openBackoff: () => 10 },
        { open: () => (++tries === 1 ? Promise.reject(thrown) : 'a') },
      );
      const errors: unknown[] = [];
      pool.on('openError', ({ error }) => errors.push(error.cause));
      const waiter = watch(pool.acquire());
      await clock.advance(10);
      expect(errors).toEqual([thrown]);
      expect(waiter.state).toBe('fulfilled');
    },
  );

  it('names the kind of error when it has no message', async () => {
    const { pool, clock, connector } = automatic({ min: 1 });
    const messages: string[] = [];
    pool.on('openError', ({ error }) => messages.push(error.message));
    connector.failure = new TypeError();
    await clock.settle();
    expect(messages).toEqual(["pool 'db' could not open a connection (attempt 1): TypeError"]);
  });

  it('keeps the openings that began with it: what succeeds is used', async () => {
    const { pool, clock, connector } = scripted({ max: 3, openBackoff: () => 100 });
    const waiters = [watch(pool.acquire()), watch(pool.acquire()), watch(pool.acquire())];
    await clock.settle();
    connector.fail(refused);
    connector.succeed('a');
    connector.succeed('b');
    await clock.settle();
    expect(waiters.map(({ state }) => state)).toEqual(['fulfilled', 'fulfilled', 'pending']);
    await clock.settle();
    // The success says that the peer is well: nobody waits for a backoff.
    expect(connector.opening).toBe(1);
    connector.succeed('c');
    await clock.settle();
    expect(waiters[2]?.state).toBe('fulfilled');
  });
});

describe('an open that hangs', () => {
  it('is given up at its limit: callers end in time, the places are free again, what comes late is destroyed', async () => {
    const { pool, clock, connector } = scripted({ max: 2, openTimeoutMs: 100, acquireTimeoutMs: 50, openBackoff: () => 10 });
    const waiters = [watch(pool.acquire()), watch(pool.acquire())];
    await clock.advance(50);
    expect(waiters.map(({ error }) => error)).toMatchObject([{ code: 'POOL_ACQUIRE_TIMEOUT' }, { code: 'POOL_ACQUIRE_TIMEOUT' }]);
    await clock.advance(50);
    expect(pool.stats).toMatchObject({ opening: 0, totals: { openFailed: 2 } });
    expect(connector.contexts.map(({ signal }) => signal.aborted)).toEqual([true, true]);
    await clock.advance(10);
    const later = watch(pool.acquire());
    await clock.settle();
    expect(connector.opens).toBe(3);
    connector.succeed('late 1');
    connector.fail(new Error('late, too'));
    connector.succeed('a');
    await clock.settle();
    expect(later.value?.value).toBe('a');
    expect(connector.closed).toEqual(['late 1']);
    expect(connector.reasons).toEqual(['late']);
    expect(pool.stats.totals).toMatchObject({ opened: 2, closed: { late: 1 } });
  });

  it('says that it was the limit', async () => {
    const { pool, clock } = scripted({ min: 1, openTimeoutMs: 100 });
    const errors: unknown[] = [];
    pool.on('openError', ({ error }) => errors.push(error));
    await clock.advance(100);
    expect(errors).toMatchObject([
      {
        code: 'POOL_OPEN_TIMEOUT',
        step: 'open',
        cause: { message: 'opening did not finish within 100 ms (openTimeoutMs, for open and init hooks together)' },
      },
    ]);
  });

  it('and comes late when closing fails, too, is a fault and nothing more', async () => {
    const { clock, connector, faults } = scripted(
      { min: 1, openTimeoutMs: 100 },
      { close: () => Promise.reject(new Error('EPIPE')) },
    );
    await clock.advance(100);
    connector.succeed('late');
    await clock.settle();
    expect(faults).toEqual([{ where: 'close', error: new Error('EPIPE') }]);
  });

  it('and comes late is destroyed, when the connector can', async () => {
    const destroyed: string[] = [];
    const { clock, connector } = scripted(
      { min: 1, openTimeoutMs: 100 },
      { destroy: (connection) => void destroyed.push(connection) },
    );
    await clock.advance(100);
    connector.succeed('late');
    await clock.settle();
    expect(destroyed).toEqual(['late']);
    expect(connector.closed).toEqual([]);
  });
});

describe('init hooks', () => {
  it('run in order on every new connection before its first lend, with the context of the open', async () => {
    const ran: unknown[] = [];
    const contexts: OpenContext[] = [];
    const hook = (name: string) => (connection: string, context: OpenContext) => {
      ran.push(`${name} ${connection}`);
      contexts.push(context);
    };
    const { pool } = automatic({ max: 1, init: [hook('tls'), sequence(hook('login'), hook('select'))] });
    (await pool.acquire()).release();
    await pool.acquire();
    expect(ran).toEqual(['tls c1', 'login c1', 'select c1']);
    expect(contexts[0]).toMatchObject({ attempt: 1, poolName: 'db' });
    expect(new Set(contexts).size).toBe(1);
  });

  it('may be a single function, and may take their time, under the limit of the open', async () => {
    const { pool, clock } = automatic({ max: 1, init: () => passing(clock, 60), openTimeoutMs: 100 }, {}, { openMs: 30 });
    const waiter = watch(pool.acquire());
    await clock.advance(89);
    expect(waiter.state).toBe('pending');
    await clock.advance(1);
    expect(waiter.state).toBe('fulfilled');
  });

  it('that throw close the connection and fail the open, and the error names the hook, not the sequence', async () => {
    async function authenticate(): Promise<void> {
      throw new Error('535 no');
    }
    let later = 0;
    const { pool, clock, connector } = automatic({ min: 1, init: sequence(sequence(authenticate), () => void later++) });
    const errors: unknown[] = [];
    pool.on('openError', ({ error }) => errors.push(error));
    await clock.settle();
    expect(errors).toMatchObject([
      {
        code: 'POOL_OPEN_FAILED',
        step: 'init',
        hook: 'authenticate',
        message: "pool 'db' could not make a connection ready in authenticate (attempt 1): 535 no",
      },
    ]);
    expect(later).toBe(0);
    expect(connector.reasons).toEqual(['init-failed']);
    expect(pool.stats.totals).toMatchObject({ opened: 1, openFailed: 1, closed: { 'init-failed': 1 } });
  });

  it('that outlast the limit of the open are left behind, and their connection is closed', async () => {
    let finish = (): void => {};
    let signal: AbortSignal | undefined;
    const { pool, clock, connector } = automatic({
      min: 1,
      openTimeoutMs: 100,
      init: function startTls(_: string, context: OpenContext): Promise<void> {
        signal = context.signal;
        return new Promise((resolve) => {
          finish = resolve;
        });
      },
    });
    const errors: unknown[] = [];
    const ages: number[] = [];
    pool.on('openError', ({ error }) => errors.push(error));
    pool.on('discard', ({ ageMs }) => ages.push(ageMs));
    await clock.advance(100);
    expect(errors).toMatchObject([{ code: 'POOL_OPEN_TIMEOUT', step: 'init', hook: 'startTls' }]);
    // It was never ready, so it has no age.
    expect(ages).toEqual([0]);
    expect(signal?.aborted).toBe(true);
    expect(connector.reasons).toEqual(['init-failed']);
    finish();
    await clock.settle();
    expect(pool.stats.idle).toBe(0);
    expect(connector.closed).toEqual(['c1']);
  });

  it('a connection that dies while it is made ready is not lent', async () => {
    let broke = true;
    const { pool, clock, connector } = automatic(
      { max: 1, openBackoff: () => 10 },
      {
        watch: (_, onBroken) => {
          if (broke) onBroken(refused);
          broke = false;
          return () => {};
        },
      },
    );
    const waiter = watch(pool.acquire());
    await clock.advance(10);
    expect(waiter.value?.value).toBe('c2');
    expect(connector.reasons).toEqual(['init-failed']);
  });

  it('of a sequence stop when the open is called off', async () => {
    const ran: string[] = [];
    const hook = sequence<string>(
      () => void ran.push('first'),
      () => void ran.push('second'),
    );
    await expect(hook('a', { signal: AbortSignal.abort('off'), attempt: 1, poolName: 'x' })).rejects.toBe('off');
    expect(ran).toEqual([]);
  });
});

describe('a failure that waiting cannot cure', () => {
  class BadPassword extends PoolError {
    readonly code = 'BAD_PASSWORD';
  }
  class BadForever extends BadPassword {
    override get openVerdict() {
      return 'fatal' as const;
    }
  }
  type Way = { options?: { rejectOn: (typeof BadPassword)[] }; hooks?: Hooks; failure?: typeof BadPassword };
  const ways: [string, Way][] = [
    ['by rejectOn', { options: { rejectOn: [BadPassword] } }],
    [
      'by the verdict of the connector',
      { hooks: { openVerdict: (error) => (error instanceof BadPassword ? 'fatal' : 'retry') } },
    ],
    ['by the verdict of the error', { failure: BadForever }],
    [
      'by the verdict of the error, of which the connector knows nothing',
      { failure: BadForever, hooks: { openVerdict: () => undefined } },
    ],
  ];

  it.each(ways)('refuses those who wait and those who come, with its error, and opens nothing more (%s)', async (_, way) => {
    const { pool, clock, connector } = automatic({ max: 2, min: 1, ...way.options }, way.hooks);
    connector.failure = new (way.failure ?? BadPassword)('no such user');
    const events: unknown[] = [];
    pool.on('openError', (event) => events.push(event));
    const waiter = watch(pool.acquire());
    await clock.settle();
    const opens = connector.opens;
    expect(waiter.error).toMatchObject({
      code: 'POOL_OPEN_FAILED',
      cause: connector.failure,
      message: expect.stringMatching(/nothing opens until recycle\(\) or resume\(\); the last open failed: .*no such user$/),
    });
    expect(events[0]).toMatchObject({ retryInMs: undefined });
    const next = watch(pool.acquire());
    await clock.settle();
    expect(next.error).toMatchObject({ cause: connector.failure });
    await clock.advance(3_600_000);
    expect(connector.opens).toBe(opens);
    expect(pool.stats.totals).toMatchObject({ refused: 2 });
  });

  it.each(['recycle', 'resume'] as const)('is forgotten by %s(), which opens again at once', async (call) => {
    const { pool, clock, connector } = automatic({ max: 2, min: 2, rejectOn: [BadPassword] });
    connector.failure = new BadPassword('expired');
    await clock.settle();
    connector.failure = undefined;
    pool[call]();
    await clock.settle();
    expect(pool.stats.idle).toBe(2);
    expect((await pool.acquire()).active).toBe(true);
  });

  it('keeps its error when an opening that began with it succeeds', async () => {
    const { pool, clock, connector } = scripted({ max: 2, min: 2, rejectOn: [BadPassword] });
    await clock.settle();
    const failure = new BadPassword('locked');
    connector.fail(failure);
    connector.succeed('a');
    await clock.settle();
    expect(pool.stats.idle).toBe(1);
    const lease = await pool.acquire();
    await expect(pool.acquire()).rejects.toMatchObject({ cause: failure });
    lease.release();
  });

  it('leaves the connections there are in use', async () => {
    const { pool, clock, connector } = automatic({ max: 2, min: 1, rejectOn: [BadPassword] });
    const lease = await pool.acquire();
    connector.failure = new BadPassword('changed');
    const waiter = watch(pool.acquire());
    await clock.settle();
    expect(waiter.state).toBe('rejected');
    lease.release();
    expect((await pool.acquire()).value).toBe('c1');
  });
});

describe('while the peer does not answer', () => {
  it('callers wait for it to come back, up to their limit', async () => {
    const { pool, clock, connector } = automatic({ max: 1, openBackoff: () => 100 });
    connector.failure = refused;
    const waiter = watch(pool.acquire({ timeoutMs: 1000 }));
    await clock.advance(500);
    expect(waiter.state).toBe('pending');
    connector.failure = undefined;
    await clock.advance(100);
    expect(waiter.state).toBe('fulfilled');
  });

  it('they are refused at once with whenDown refuse, unless something is idle', async () => {
    const { pool, clock, connector } = automatic({ max: 2, min: 2, whenDown: 'refuse', openBackoff: () => 100 });
    await pool.ready();
    connector.failure = refused;
    connector.kill('c1');
    await clock.settle();
    const lease = await pool.acquire();
    const refusal = watch(pool.acquire());
    await clock.settle();
    expect(refusal.error).toMatchObject({
      code: 'POOL_OPEN_FAILED',
      cause: refused,
      message: expect.stringContaining("opens fail at the moment (whenDown: 'refuse')"),
    });
    lease.release();
    expect((await pool.acquire()).value).toBe('c2');
  });

  it('the first who asked is refused when the open failed, not before', async () => {
    const { pool, clock, connector } = scripted({ max: 1, whenDown: 'refuse' });
    const waiter = watch(pool.acquire());
    const ready = watch(pool.ready());
    await clock.settle();
    expect(waiter.state).toBe('pending');
    connector.fail(refused);
    await clock.settle();
    expect([waiter.state, ready.state]).toEqual(['rejected', 'rejected']);
  });

  it('it is tried again after the backoff for those who were refused, also with a min of 0', async () => {
    const { pool, clock, connector } = automatic({ max: 1, whenDown: 'refuse', openBackoff: () => 100 });
    connector.failure = refused;
    await expect(pool.acquire()).rejects.toMatchObject({ code: 'POOL_OPEN_FAILED' });
    await expect(pool.acquire()).rejects.toMatchObject({ code: 'POOL_OPEN_FAILED' });
    connector.failure = undefined;
    await clock.advance(100);
    expect((await pool.acquire()).active).toBe(true);
  });

  it('and nobody asks, it is not tried again and again', async () => {
    const { pool, clock, connector } = automatic({ max: 1, whenDown: 'refuse', openBackoff: () => 100 });
    connector.failure = refused;
    await expect(pool.acquire()).rejects.toMatchObject({ code: 'POOL_OPEN_FAILED' });
    await clock.advance(10_000);
    expect(connector.opens).toBeLessThanOrEqual(2);
  });
});

describe('a verdict on a failed open', () => {
  it('of the connector overrides that of the error', async () => {
    class Fatal extends PoolError {
      readonly code = 'FATAL';
      override get openVerdict() {
        return 'fatal' as const;
      }
    }
    const { pool, clock, connector } = automatic({ max: 1, openBackoff: () => 10 }, { openVerdict: () => 'retry' });
    connector.failure = new Fatal('not so bad');
    const waiter = watch(pool.acquire());
    await clock.settle();
    connector.failure = undefined;
    await clock.advance(10);
    expect(waiter.state).toBe('fulfilled');
  });

  const says = (verdict: ReturnType<NonNullable<Connector<string>['openVerdict']>>): Hooks => ({ openVerdict: () => verdict });

  it('limitForMs takes the connections there are for all there may be, for that time', async () => {
    const { pool, clock, connector } = scripted({ max: 5, openBackoff: () => 10 }, says({ limitForMs: 1000 }));
    const notices: unknown[] = [];
    pool.on('notice', (event) => notices.push(event));
    const waiters = [watch(pool.acquire()), watch(pool.acquire())];
    await clock.settle();
    connector.succeed('a');
    await clock.settle();
    connector.fail(new Error('421 too many connections'));
    await clock.advance(999);
    expect(pool.stats.effectiveMax).toBe(1);
    expect(connector.opening).toBe(0);
    expect(notices).toMatchObject([{ code: 'capacity', detail: { limitForMs: 1000, error: { code: 'POOL_OPEN_FAILED' } } }]);
    waiters[0]?.value?.release();
    await clock.settle();
    expect(waiters[1]?.value?.value).toBe('a');
    watch(pool.acquire());
    await clock.advance(1);
    expect(pool.stats.effectiveMax).toBe(5);
    expect(connector.opening).toBe(1);
  });

  it('limitForMs lets one be tried when there is none', async () => {
    const { pool, clock, connector } = automatic({ max: 5, openBackoff: () => 10 }, says({ limitForMs: 1000 }));
    connector.failure = new Error('421 too many connections');
    const waiter = watch(pool.acquire());
    await clock.settle();
    connector.failure = undefined;
    expect(pool.stats.effectiveMax).toBe(1);
    await clock.advance(10);
    expect(waiter.state).toBe('fulfilled');
  });

  it('pauseMs opens nothing for that time', async () => {
    const { pool, clock, connector } = automatic({ max: 5, openBackoff: () => 10 }, says({ pauseMs: 1000 }));
    const notices: unknown[] = [];
    pool.on('notice', (event) => notices.push(event));
    connector.failure = new Error('429 slow down');
    const waiter = watch(pool.acquire());
    await clock.settle();
    connector.failure = undefined;
    await clock.advance(999);
    expect(connector.opens).toBe(1);
    expect(notices).toMatchObject([{ code: 'paused', detail: { pauseMs: 1000 } }]);
    await clock.advance(1);
    expect(waiter.state).toBe('fulfilled');
  });

  it('of fullness or haste does not count as down: nobody is refused for it', async () => {
    const { pool, clock, connector } = automatic({ max: 5, openBackoff: () => 10, whenDown: 'refuse' }, says({ pauseMs: 100 }));
    connector.failure = new Error('429 slow down');
    const waiter = watch(pool.acquire());
    await clock.settle();
    connector.failure = undefined;
    await clock.advance(100);
    expect(waiter.state).toBe('fulfilled');
  });

  it('that is none is a fault, and means to try again', async () => {
    const wrong = { limitForMs: Number.NaN };
    const { pool, clock, connector, faults } = automatic({ max: 5, openBackoff: () => 10 }, says(wrong));
    connector.failure = refused;
    const waiter = watch(pool.acquire());
    await clock.settle();
    expect(faults).toMatchObject([{ where: 'openVerdict' }]);
    connector.failure = undefined;
    await clock.advance(10);
    expect(waiter.state).toBe('fulfilled');
  });
});

describe('a backoff', () => {
  it.each([Number.NaN, -1, 'soon' as unknown as number])(
    'that answers %s is a fault, and a second goes by instead',
    async (answer) => {
      const { clock, connector, faults } = automatic({ min: 1, openBackoff: () => answer });
      connector.failure = refused;
      await clock.advance(999);
      expect(connector.opens).toBe(1);
      expect(faults).toMatchObject([{ where: 'openBackoff' }]);
      await clock.advance(1);
      expect(connector.opens).toBe(2);
    },
  );

  it('of Infinity opens nothing until it is told to', async () => {
    const { pool, clock, connector } = automatic({ min: 1, openBackoff: () => Infinity });
    connector.failure = refused;
    await clock.advance(1e10);
    expect(connector.opens).toBe(1);
    connector.failure = undefined;
    pool.resume();
    await clock.settle();
    expect(pool.stats.idle).toBe(1);
  });
});
