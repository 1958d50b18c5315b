import { describe, expect, it } from 'vitest';
import { Deadline, Deadlines } from './deadlines.ts';

const deadline = (limitMs: number, from = 0): Deadline => new Deadline(limitMs, from + limitMs);

function drain(deadlines: Deadlines, now: number): number[] {
  const times: number[] = [];
  for (let entry = deadlines.take(now); entry !== undefined; entry = deadlines.take(now)) times.push(entry.dueAt);
  return times;
}

describe('deadlines', () => {
  it('are never due while there are none', () => {
    const deadlines = new Deadlines();
    expect(deadlines.earliest).toBe(Infinity);
    expect(deadlines.take(Infinity)).toBeUndefined();
  });

  it('come one by one when they are due, the very moment included', () => {
    const deadlines = new Deadlines();
    for (const from of [0, 5, 10]) deadlines.add(deadline(100, from));
    expect(deadlines.earliest).toBe(100);
    expect(drain(deadlines, 99)).toEqual([]);
    expect(drain(deadlines, 105)).toEqual([100, 105]);
    expect(deadlines.earliest).toBe(110);
  });

  it('of many different limits come in the order of time between the limits', () => {
    const deadlines = new Deadlines();
    for (let limitMs = 1; limitMs <= 40; limitMs++) deadlines.add(deadline(((limitMs * 17) % 41) * 10));
    expect(drain(deadlines, Infinity)).toEqual(Array.from({ length: 40 }, (_, index) => (index + 1) * 10));
  });

  it('of the same moment come in the order in which they were added', () => {
    const deadlines = new Deadlines();
    const all = [deadline(100), deadline(100), deadline(100)];
    for (const entry of all) deadlines.add(entry);
    for (const entry of all) expect(deadlines.take(100)).toBe(entry);
  });

  it('with the same limit stand in one list, however many there are', () => {
    const deadlines = new Deadlines();
    const [one, same, other] = [deadline(100), deadline(100, 5), deadline(50)];
    for (const entry of [one, same, other]) deadlines.add(entry);
    expect(same.list).toBe(one.list);
    expect(other.list).not.toBe(one.list);
  });

  it('that are never due are not kept', () => {
    const deadlines = new Deadlines();
    const never = deadline(Infinity);
    deadlines.add(never);
    expect(never.list).toBeUndefined();
    expect(deadlines.earliest).toBe(Infinity);
    deadlines.remove(never);
    expect(deadlines.take(Infinity)).toBeUndefined();
  });

  it('that were met are not due any more', () => {
    const deadlines = new Deadlines();
    const entries = [0, 1, 2, 3].map((from) => deadline(100, from));
    for (const entry of entries) deadlines.add(entry);
    for (const index of [1, 3, 0]) deadlines.remove(entries[index] as Deadline);
    expect(drain(deadlines, Infinity)).toEqual([102]);
  });

  it('may be met twice', () => {
    const deadlines = new Deadlines();
    const entry = deadline(100);
    deadlines.add(entry);
    deadlines.remove(entry);
    deadlines.remove(entry);
    expect(drain(deadlines, Infinity)).toEqual([]);
  });

  it('of work that was put back stand where they stood', () => {
    const deadlines = new Deadlines();
    deadlines.add(deadline(100, 10));
    deadlines.add(deadline(100, 30));
    // Its time began before that of everybody else.
    deadlines.add(deadline(100, 0));
    deadlines.add(deadline(100, 20));
    expect(deadlines.earliest).toBe(100);
    expect(drain(deadlines, Infinity)).toEqual([100, 110, 120, 130]);
  });

  it('that were put back are noticed in time although another limit was due first', () => {
    const deadlines = new Deadlines();
    deadlines.add(deadline(50, 0));
    deadlines.add(deadline(100, 30));
    deadlines.add(deadline(100, -90));
    expect(deadlines.earliest).toBe(10);
    expect(drain(deadlines, 60)).toEqual([10, 50]);
  });

  it('ask for attention too early rather than too late, and once only', () => {
    const deadlines = new Deadlines();
    const first = deadline(100, 0);
    deadlines.add(first);
    deadlines.add(deadline(100, 40));
    deadlines.remove(first);
    expect(deadlines.earliest).toBeLessThanOrEqual(140);
    expect(drain(deadlines, 100)).toEqual([]);
    expect(deadlines.earliest).toBe(140);
  });

  it('leave nothing behind', () => {
    const deadlines = new Deadlines();
    for (let limitMs = 1; limitMs <= 10; limitMs++) {
      const entry = deadline(limitMs);
      deadlines.add(entry);
      deadlines.remove(entry);
    }
    expect(drain(deadlines, 10)).toEqual([]);
    expect(deadlines.earliest).toBe(Infinity);
  });
});
