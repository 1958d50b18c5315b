import { PoolClosedError } from '@pool/core';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { SteadyLoad } from './steady-load.ts';

let results: (Error | undefined)[];
let told: string[];
let now: number;
let load: SteadyLoad;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  results = [];
  told = [];
  now = 0;
  const ask = async (): Promise<void> => {
    now += 7;
    const result = results.shift();
    if (result !== undefined) throw result;
  };
  load = new SteadyLoad(20, ask, () => now, {
    onFailing: (error) => told.push(`failing: ${(error as Error).message}`),
    onWorking: (failed) => told.push(`working after ${failed}`),
  });
  load.start();
  return () => {
    load.stop();
    vi.useRealTimers();
  };
});

describe('a steady load', () => {
  it('sends so many requests a second, and says how long the latest took', async () => {
    await vi.advanceTimersByTimeAsync(1000);
    expect(load.state).toEqual({ perSecond: 20, answered: 20, failed: 0, lastMs: 7 });
  });

  it('tells the first failure in a row, and the first answer after it', async () => {
    results = [undefined, new Error('one'), new Error('two'), undefined, undefined, new Error('three')];
    await vi.advanceTimersByTimeAsync(350);
    expect(told).toEqual(['failing: one', 'working after 2', 'failing: three', 'working after 1']);
    expect(load.state).toMatchObject({ answered: 4, failed: 3 });
  });

  it('takes nobody for failed when the pool is closed', async () => {
    results = [new PoolClosedError('closed', 'watch')];
    await vi.advanceTimersByTimeAsync(50);
    expect(load.state).toMatchObject({ answered: 0, failed: 0 });
    expect(told).toEqual([]);
  });

  it('sends nothing more once it is stopped', async () => {
    load.stop();
    await vi.advanceTimersByTimeAsync(1000);
    expect(load.state.answered).toBe(0);
  });
});
