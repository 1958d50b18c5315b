import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { systemClock } from './clock.ts';

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

describe('the system’s clock', () => {
  it('calls back once, after the delay, and not before', () => {
    const calls: string[] = [];
    systemClock.schedule(() => calls.push('late'), 10.2);
    systemClock.schedule(() => calls.push('early'), 5);
    vi.advanceTimersByTime(10);
    expect(calls).toEqual(['early']);
    vi.advanceTimersByTime(1);
    expect(calls).toEqual(['early', 'late']);
    vi.advanceTimersByTime(100);
    expect(calls).toHaveLength(2);
  });

  it.each([Infinity, 1e12, 2_147_483_648])('does not call back at once when asked for %d ms, as setTimeout would', (delayMs) => {
    const callback = vi.fn();
    const alarm = systemClock.schedule(callback, delayMs);
    vi.advanceTimersByTime(1_000_000);
    expect(callback).not.toHaveBeenCalled();
    alarm[Symbol.dispose]();
  });

  it('calls back at once for what is overdue', () => {
    const callback = vi.fn();
    systemClock.schedule(callback, -50);
    vi.advanceTimersByTime(0);
    expect(callback).toHaveBeenCalledOnce();
  });

  it('does not call back what was disposed', () => {
    const callback = vi.fn();
    systemClock.schedule(callback, 10)[Symbol.dispose]();
    vi.advanceTimersByTime(100);
    expect(callback).not.toHaveBeenCalled();
  });

  it('is monotonic, and knows the wall time', () => {
    const [before, wall] = [systemClock.now(), systemClock.wall?.() ?? 0];
    vi.advanceTimersByTime(250);
    expect(systemClock.now() - before).toBe(250);
    expect((systemClock.wall?.() ?? 0) - wall).toBe(250);
  });

  it('reads the time of a turn once, and anew in the next', async () => {
    vi.useRealTimers();
    const first = systemClock.turn?.();
    const busyUntil = performance.now() + 3;
    while (performance.now() < busyUntil);
    expect(systemClock.turn?.()).toBe(first);
    await new Promise((resolve) => setTimeout(resolve, 0));
    await new Promise((resolve) => setImmediate(resolve));
    expect(systemClock.turn?.()).toBeGreaterThan(first ?? Infinity);
  });
});
