import { describe, expect, it } from 'vitest';
import { FakeClock } from './index.ts';

describe('a fake clock', () => {
  it('stands still until it is moved', async () => {
    const clock = new FakeClock();
    let rang = 0;
    clock.schedule(() => rang++, 1);
    await clock.settle();
    expect(rang).toBe(0);
    expect(clock.now()).toBe(0);
    await clock.advance(1);
    expect(rang).toBe(1);
    expect(clock.now()).toBe(1);
  });

  it('calls what comes due in order of time, each at its own time, also what is scheduled meanwhile', async () => {
    const clock = new FakeClock();
    const calls: [string, number][] = [];
    const note = (name: string): void => void calls.push([name, clock.now()]);
    clock.schedule(() => note('third'), 30);
    clock.schedule(() => note('first'), 10);
    clock.schedule(() => {
      note('second');
      clock.schedule(() => note('between'), 5);
      clock.schedule(() => note('later'), 50);
    }, 20);
    await clock.advance(40);
    expect(calls).toEqual([
      ['first', 10],
      ['second', 20],
      ['between', 25],
      ['third', 30],
    ]);
    expect(clock.now()).toBe(40);
    expect(clock.pending).toBe(1);
  });

  it('lets promises settle between two timers', async () => {
    const clock = new FakeClock();
    const order: string[] = [];
    clock.schedule(() => {
      void Promise.resolve()
        .then(() => {})
        .then(() => order.push('settled'));
    }, 10);
    clock.schedule(() => order.push('next timer'), 11);
    await clock.advance(20);
    expect(order).toEqual(['settled', 'next timer']);
  });

  it('knows which timers would keep the process alive', () => {
    const clock = new FakeClock();
    const alarm = clock.schedule(() => {}, 10, { keepAlive: true });
    clock.schedule(() => {}, 10);
    expect(clock).toMatchObject({ pending: 2, keepingAlive: 1 });
    alarm.keepAlive(false);
    expect(clock.keepingAlive).toBe(0);
    alarm[Symbol.dispose]();
    expect(clock.pending).toBe(1);
  });

  it('never calls what is due at Infinity', async () => {
    const clock = new FakeClock();
    clock.schedule(() => {
      throw new Error('never');
    }, Infinity);
    await clock.advance(Number.MAX_SAFE_INTEGER);
    expect(clock.pending).toBe(1);
  });

  it('sleeps: the wall’s time goes on without it', () => {
    const clock = new FakeClock();
    const drift = clock.wall() - clock.now();
    clock.sleep(3_600_000);
    expect(clock.now()).toBe(0);
    expect(clock.wall() - clock.now() - drift).toBe(3_600_000);
  });
});
