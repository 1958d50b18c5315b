import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { type AcquireOptions, type Connector, OptionsError, Pool, type PoolOptions } from '../src/index.ts';
import { resolveOptions } from '../src/options.ts';
import { automatic, scripted } from './set-up.ts';

const connector: Connector<string> = { open: () => new Promise(() => {}) };
const withPing: Connector<string> = { ...connector, ping: () => {} };

function make(options: Record<string, unknown>, over: Connector<string> = connector): Pool<string> {
  return new Pool(over, { max: 1, ...options } as unknown as PoolOptions<string>);
}

const wants = {
  max: 'an integer >= 1',
  min: 'an integer >= 0',
  duration: 'a number of milliseconds >= 0 (Infinity: never)',
  matchers: 'an array of error classes or functions',
};

describe('an option that is impossible', () => {
  const durations = [
    'acquireTimeoutMs',
    'openTimeoutMs',
    'closeTimeoutMs',
    'idleTimeoutMs',
    'maxLifetimeMs',
    'pingTimeoutMs',
    'resetTimeoutMs',
    'pingAfterIdleMs',
    'leakAfterMs',
  ].flatMap((name) => [-1, Number.NaN, '100', null].map((value): [string, unknown, string] => [name, value, wants.duration]));

  it.each<[string, unknown, string]>([
    ...[undefined, 0, 1.5, -1, Infinity, Number.NaN, '5', null].map((value): [string, unknown, string] => [
      'max',
      value,
      wants.max,
    ]),
    ...[-1, 0.5, Infinity, '1'].map((value): [string, unknown, string] => ['min', value, wants.min]),
    ['name', '', 'a string that is not empty'],
    ['name', 7, 'a string that is not empty'],
    ['init', 'hook', 'a function or an array of functions'],
    ['init', [() => {}, undefined], 'a function or an array of functions'],
    ['keepAlive', 1000, 'an object with intervalMs'],
    ['keepAlive', {}, 'an object with intervalMs'],
    ...durations,
    ['maxUses', 0, 'an integer >= 1 or Infinity'],
    ['maxUses', 2.5, 'an integer >= 1 or Infinity'],
    ['maxWaiting', -1, 'an integer >= 0 or Infinity'],
    ['maxWaiting', 0.5, 'an integer >= 0 or Infinity'],
    ['order', 'random', "'lifo' or 'fifo'"],
    ['openBackoff', 100, 'a function of the attempt'],
    ['discardOn', Error, wants.matchers],
    ['discardOn', ['ECONNRESET'], wants.matchers],
    ['rejectOn', 'x', wants.matchers],
    ['priorities', 0, 'an integer >= 1'],
    ['priorities', Infinity, 'an integer >= 1'],
    ['whenDown', 'panic', "'wait' or 'refuse'"],
    ['idleLimit', true, "'learn' or 'off'"],
    ['nestedCheck', 1, 'true or false'],
    ['budget', {}, 'a budget (an object with join() and reserve()) or an array of them'],
    ['clock', {}, 'an object with now() and schedule()'],
    ['clock', { now: 0, schedule: 0 }, 'an object with now() and schedule()'],
  ])('throws at once and is named, with its value and what is allowed: %s = %j', (name, value, allowed) => {
    const shown =
      typeof value === 'string'
        ? `'${value}'`
        : typeof value === 'function'
          ? 'a function'
          : typeof value === 'object' && value !== null
            ? 'an object'
            : String(value);
    const error = expect.objectContaining({
      name: 'OptionsError',
      code: 'POOL_BAD_OPTION',
      option: name,
      message: `option '${name}' must be ${allowed}, not ${shown}`,
    });
    expect(() => make({ [name]: value }, withPing)).toThrow(error);
  });

  it.each<[string, Record<string, unknown>, string]>([
    ['min', { max: 2, min: 3 }, 'min must be at most max (2), not 3'],
    [
      'keepAlive.intervalMs',
      { keepAlive: { intervalMs: 0 } },
      "option 'keepAlive.intervalMs' must be a number of milliseconds > 0, not 0",
    ],
    ['keepAlive.ping', { keepAlive: { intervalMs: 1, ping: true } }, "option 'keepAlive.ping' must be a function, not true"],
    ['keepAlive', { keepAlive: { intervalMs: 1 } }, 'keepAlive needs a ping: the connector has none, so give keepAlive.ping'],
    ['pingAfterIdleMs', { pingAfterIdleMs: 0 }, 'pingAfterIdleMs needs a ping: the connector has none'],
  ])('for what else was given throws as well: %s', (option, options, message) => {
    expect(() => make(options)).toThrow(expect.objectContaining({ option, message }));
  });

  it('with keepAlive.ping a connector needs none', async () => {
    const pool = make({ keepAlive: { intervalMs: 1, ping: () => {} }, pingAfterIdleMs: 0 });
    await pool.close({ drainTimeoutMs: 0 });
  });

  it('or unknown throws, and its value is not shown: it may be a password', () => {
    let thrown: unknown;
    try {
      make({ password: 'hunter2' });
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(OptionsError);
    expect(thrown).toMatchObject({
      option: 'password',
      message: expect.stringContaining("unknown option 'password'; known are max, min,"),
    });
    expect(inspect(thrown)).not.toContain('hunter2');
  });

  it.each([undefined, null, 5, 'max'])('that is none at all throws, too: %s', (options) => {
    expect(() => new Pool(connector, options as never)).toThrow(
      expect.objectContaining({ code: 'POOL_BAD_OPTION', option: 'max' }),
    );
  });

  it.each([undefined, null, {}, { open: 'x' }])('a connector without open() throws: %j', (wrong) => {
    expect(() => new Pool(wrong as never, { max: 1 })).toThrow(
      expect.objectContaining({ code: 'POOL_BAD_OPTION', option: 'connector' }),
    );
  });
});

describe('an option that is not given', () => {
  it('has its default', () => {
    expect(resolveOptions({ max: 3 }, false)).toMatchObject({
      max: 3,
      min: 0,
      name: expect.stringMatching(/^pool-\d+$/),
      init: [],
      keepAlive: undefined,
      acquireTimeoutMs: 30_000,
      openTimeoutMs: 10_000,
      closeTimeoutMs: 5000,
      idleTimeoutMs: 60_000,
      maxLifetimeMs: Infinity,
      maxUses: Infinity,
      maxWaiting: Infinity,
      pingTimeoutMs: 5000,
      resetTimeoutMs: 5000,
      pingAfterIdleMs: Infinity,
      order: 'lifo',
      discardOn: [],
      rejectOn: [],
      priorities: 1,
      whenDown: 'wait',
      leakAfterMs: 60_000,
      idleLimit: 'learn',
      nestedCheck: false,
      budget: [],
    });
  });

  it('may be given as undefined', () => {
    expect(resolveOptions({ max: 3, min: undefined, order: undefined } as never, false)).toMatchObject({ min: 0, order: 'lifo' });
  });

  it('leaves every pool a name of its own', () => {
    const names = [resolveOptions({ max: 1 }, false).name, resolveOptions({ max: 1 }, false).name];
    expect(new Set(names).size).toBe(2);
  });

  it('backs off between half and all of 100 ms, then twice as long', () => {
    const { openBackoff } = resolveOptions({ max: 1 }, false);
    for (let tries = 0; tries < 20; tries++) {
      expect(openBackoff(1)).toBeGreaterThanOrEqual(50);
      expect(openBackoff(1)).toBeLessThanOrEqual(100);
      expect(openBackoff(20)).toBeGreaterThanOrEqual(15_000);
      expect(openBackoff(20)).toBeLessThanOrEqual(30_000);
    }
  });
});

describe('options of a call', () => {
  it.each<[string, Record<string, unknown>, string]>([
    ['timeoutMs', { timeoutMs: -5 }, "option 'timeoutMs' must be a number of milliseconds >= 0 (Infinity: never), not -5"],
    ['timeoutMs', { timeoutMs: '5' }, "option 'timeoutMs' must be a number of milliseconds >= 0 (Infinity: never), not '5'"],
    ['priority', { priority: 3 }, "option 'priority' must be an integer from 0 to 2 (the pool has priorities: 3), not 3"],
    ['priority', { priority: 0.5 }, "option 'priority' must be an integer from 0 to 2 (the pool has priorities: 3), not 0.5"],
    ['priority', { priority: -1 }, "option 'priority' must be an integer from 0 to 2 (the pool has priorities: 3), not -1"],
    ['signal', { signal: true }, "option 'signal' must be an AbortSignal, not true"],
    ['signal', { signal: null }, "option 'signal' must be an AbortSignal, not null"],
    ['prefer', { prefer: 'inbox' }, "option 'prefer' must be an array of tags, not 'inbox'"],
  ])('that are impossible reject, or throw from request: %s', async (option, given, message) => {
    const { pool } = automatic({ priorities: 3, min: 1 });
    await pool.ready();
    const options = given as AcquireOptions;
    const error = { code: 'POOL_BAD_OPTION', option, message };
    await expect(pool.acquire(options)).rejects.toMatchObject(error);
    await expect(pool.use(() => 1, options)).rejects.toMatchObject(error);
    await expect(pool.ready(options)).rejects.toMatchObject(error);
    await expect(pool.stream(async function* () {}, options).next()).rejects.toMatchObject(error);
    expect(() => pool.request({ onLease: () => {}, onRefused: () => {} }, options)).toThrow(message);
    expect(pool.stats.totals.asked).toBe(0);
  });

  it('that are impossible for the work reject before anything is asked for', async () => {
    const { pool, clock, connector: counting } = scripted();
    await expect(pool.use(() => 1, { workTimeoutMs: Number.NaN })).rejects.toMatchObject({ option: 'workTimeoutMs' });
    await clock.settle();
    expect(counting.opens).toBe(0);
  });
});

describe('the system’s clock', () => {
  it('is used when none is given, and needs no wall time', async () => {
    const pool = new Pool<string>({ open: () => 'a' }, { max: 1 });
    expect(await pool.use((connection) => connection)).toBe('a');
    await pool.close();
  });
});
