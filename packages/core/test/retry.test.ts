import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { ConnectionError, constant, type RetryEvent, retry } from '../src/index.ts';
import { FakeClock } from '../testing/index.ts';
import { automatic, watch } from './set-up.ts';

/** Work that fails so many times. */
function failing(times: number, error: unknown = new ConnectionError('reset')) {
  const calls: unknown[][] = [];
  async function fetchRow(...args: unknown[]): Promise<string> {
    calls.push(args);
    if (calls.length <= times) throw error;
    return 'done';
  }
  return { calls, fetchRow, error };
}

describe('retry', () => {
  it('calls again after a ConnectionError, with the same arguments, until it succeeds', async () => {
    const clock = new FakeClock();
    const { calls, fetchRow } = failing(3);
    const outcome = watch(retry(fetchRow, { clock })(1, 'x'));
    await clock.advance(10_000);
    expect(outcome.value).toBe('done');
    expect(calls).toEqual(Array(4).fill([1, 'x']));
  });

  it('gives up after three retries unless told otherwise, with the last error', async () => {
    const clock = new FakeClock();
    const { calls, fetchRow, error } = failing(Infinity);
    const outcome = watch(retry(fetchRow, { clock })());
    await clock.advance(60_000);
    expect(outcome.error).toBe(error);
    expect(calls).toHaveLength(4);
  });

  it.each([
    [0, 1],
    [1, 2],
    [7, 8],
  ])('with maxRetries %d makes at most %d calls', async (maxRetries, most) => {
    const clock = new FakeClock();
    const { calls, fetchRow } = failing(Infinity);
    const outcome = watch(retry(fetchRow, { clock, maxRetries, backoff: constant(1) })());
    await clock.advance(100);
    expect(outcome.state).toBe('rejected');
    expect(calls).toHaveLength(most);
  });

  it('with maxRetries Infinity goes on', async () => {
    const clock = new FakeClock();
    const { calls, fetchRow } = failing(500);
    const outcome = watch(retry(fetchRow, { clock, maxRetries: Infinity, backoff: constant(1) })());
    await clock.advance(500);
    expect(outcome.value).toBe('done');
    expect(calls).toHaveLength(501);
  });

  it('waits what the backoff says before each further try', async () => {
    const clock = new FakeClock();
    const at: number[] = [];
    const outcome = watch(
      retry(
        async () => {
          at.push(clock.now());
          throw new ConnectionError('reset');
        },
        { clock, backoff: (attempt) => attempt * 100 },
      )(),
    );
    await clock.advance(1000);
    expect(at).toEqual([0, 100, 300, 600]);
    expect(outcome.state).toBe('rejected');
  });

  it('lets other errors pass at once', async () => {
    const { calls, fetchRow, error } = failing(1, new TypeError('a bug'));
    await expect(retry(fetchRow)()).rejects.toBe(error);
    expect(calls).toHaveLength(1);
  });

  it('retries what retryOn names instead, by class or by recognising it', async () => {
    const clock = new FakeClock();
    for (const retryOn of [[RangeError], [(error: unknown) => String(error).includes('deadlock')]]) {
      const { fetchRow } = failing(2, new RangeError('deadlock'));
      const outcome = watch(retry(fetchRow, { clock, retryOn })());
      await clock.advance(10_000);
      expect(outcome.value).toBe('done');
    }
    await expect(retry(failing(1).fetchRow, { retryOn: [RangeError] })()).rejects.toThrow('reset');
    await expect(retry(failing(1).fetchRow, { retryOn: [] })()).rejects.toThrow('reset');
  });

  it('tells of every retry before its delay, and once when it gives up', async () => {
    const clock = new FakeClock();
    const events: RetryEvent[] = [];
    const ends: unknown[] = [];
    const { fetchRow, error } = failing(Infinity);
    const outcome = watch(
      retry(fetchRow, {
        clock,
        maxRetries: 2,
        backoff: (attempt) => attempt * 10,
        onRetry: (event) => events.push(event),
        onGiveUp: (event) => ends.push(event),
      })(),
    );
    await clock.settle();
    expect(events).toEqual([{ name: 'fetchRow', error, attempt: 1, delayMs: 10 }]);
    await clock.advance(30);
    expect(events.map(({ attempt, delayMs }) => [attempt, delayMs])).toEqual([
      [1, 10],
      [2, 20],
    ]);
    expect(ends).toEqual([{ name: 'fetchRow', error, attempt: 3 }]);
    expect(outcome.error).toBe(error);
  });

  it('tells that it gives up on an error that is not worth another try', async () => {
    const ends: unknown[] = [];
    const { fetchRow, error } = failing(1, new TypeError('a bug'));
    await expect(retry(fetchRow, { onGiveUp: (event) => ends.push(event) })()).rejects.toBe(error);
    expect(ends).toEqual([{ name: 'fetchRow', error, attempt: 1 }]);
  });

  it('ends with what onRetry or onGiveUp throws', async () => {
    const { fetchRow } = failing(Infinity);
    const stop = (): void => {
      throw new Error('stop it');
    };
    await expect(retry(fetchRow, { onRetry: stop })()).rejects.toThrow('stop it');
    await expect(retry(fetchRow, { maxRetries: 0, onGiveUp: stop })()).rejects.toThrow('stop it');
  });

  it('stops at once during a delay when the signal aborts, and lets go of its timer and the signal', async () => {
    const clock = new FakeClock();
    const controller = new AbortController();
    const { calls, fetchRow } = failing(Infinity);
    const outcome = watch(retry(fetchRow, { clock, signal: controller.signal })());
    await clock.settle();
    expect(clock).toMatchObject({ pending: 1, keepingAlive: 1 });
    controller.abort('shut down');
    await clock.settle();
    expect(outcome.error).toBe('shut down');
    expect(calls).toHaveLength(1);
    expect(clock.pending).toBe(0);
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0);
  });

  it('leaves no listener on the signal after a delay that has passed', async () => {
    const clock = new FakeClock();
    const { signal } = new AbortController();
    const outcome = watch(retry(failing(2).fetchRow, { clock, signal })());
    await clock.advance(10_000);
    expect(outcome.value).toBe('done');
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  });

  it('does not begin when the signal has aborted, nor try again when it aborts during a try', async () => {
    const { calls, fetchRow } = failing(0);
    await expect(retry(fetchRow, { signal: AbortSignal.abort('off') })()).rejects.toBe('off');
    expect(calls).toHaveLength(0);
    const controller = new AbortController();
    let tries = 0;
    const work = retry(
      () => {
        tries++;
        controller.abort('off');
        throw new ConnectionError('reset');
      },
      { signal: controller.signal },
    );
    await expect(work()).rejects.toBe('off');
    expect(tries).toBe(1);
  });

  it('rejects also when the work throws at once, and counts each call on its own', async () => {
    const work = retry(
      () => {
        throw new TypeError('at once');
      },
      { clock: new FakeClock() },
    );
    await expect(work()).rejects.toThrow('at once');
    await expect(work()).rejects.toThrow('at once');
  });

  it.each([
    ['work', () => retry('x' as never), 'retry needs a function to call'],
    ['maxRetries', () => retry(() => 1, { maxRetries: -1 }), 'maxRetries must be an integer >= 0 or Infinity, not -1'],
    ['maxRetries', () => retry(() => 1, { maxRetries: 1.5 }), 'maxRetries must be an integer >= 0 or Infinity, not 1.5'],
    ['maxRetries', () => retry(() => 1, { maxRetries: Number.NaN }), 'maxRetries must be an integer >= 0 or Infinity, not NaN'],
    ['backoff', () => retry(() => 1, { backoff: 100 as never }), "option 'backoff' must be a function of the attempt, not 100"],
    [
      'retryOn',
      () => retry(() => 1, { retryOn: Error as never }),
      "option 'retryOn' must be an array of error classes or functions, not a function",
    ],
  ])('throws when %s is impossible', (option, make, message) => {
    expect(make).toThrow(expect.objectContaining({ code: 'POOL_BAD_OPTION', option, message }));
  });

  it('around use gets another connection for the next try', async () => {
    const { pool, clock } = automatic({ max: 1, min: 1 });
    const used: string[] = [];
    const work = retry(
      (table: string) =>
        pool.use((connection) => {
          used.push(`${table} ${connection}`);
          if (used.length < 3) throw new ConnectionError('reset');
          return connection;
        }),
      { clock },
    );
    const outcome = watch(work('rows'));
    await clock.advance(10_000);
    expect(outcome.value).toBe('c3');
    expect(used).toEqual(['rows c1', 'rows c2', 'rows c3']);
  });
});
