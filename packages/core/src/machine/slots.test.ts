import { describe, expect, it } from 'vitest';
import { kinds, machineOf, opened, opening } from '../../test/by-hand.ts';
import * as answers from './answers.ts';
import { park } from './orders.ts';
import type { Slot } from './slot.ts';
import { tick } from './tick.ts';

describe('a step that may hang', () => {
  it('has its limit on the timer from its beginning', () => {
    const machine = machineOf({
      openTimeoutMs: 1000,
      pingTimeoutMs: 300,
      resetTimeoutMs: 200,
      closeTimeoutMs: 100,
      pings: true,
      resets: true,
    });
    const { timetable, slots } = machine;
    const slot = opening(machine, 0);
    expect(timetable.wakeAt).toBe(1000);
    answers.opened(machine, slot, 'c', undefined, 10);
    machine.accepted(slot, 10);
    tick(machine, 1000);
    expect(timetable.wakeAt).toBe(Infinity);
    machine.returned(slot, 2000);
    expect(timetable.wakeAt).toBe(2200);
    answers.cleaned(machine, slot, undefined, 2100);
    tick(machine, 2200);
    slots.check(slot, 3000);
    expect(timetable.wakeAt).toBe(3300);
    answers.disproved(machine, slot, 'hung', 3010);
    expect(timetable.wakeAt).toBe(3110);
  });
});

describe('a lease', () => {
  it('is looked at when it may have become a leak', () => {
    const machine = machineOf({ leakAfterMs: 500 });
    opened(machine, 1, 0);
    tick(machine, 900);
    const slot = machine.take(1000) as Slot<string>;
    expect(machine.timetable.wakeAt).toBe(1500);
    machine.returned(slot, 1100);
    machine.take(1200);
    // Early for this one: whoever looks sees when to look again.
    expect(machine.timetable.wakeAt).toBe(1500);
    tick(machine, 1500);
    expect(kinds(machine)).toBe('');
    expect(machine.timetable.wakeAt).toBe(1700);
    tick(machine, 1700);
    expect(kinds(machine)).toBe('leak');
  });

  it('that is long on purpose is not', () => {
    const machine = machineOf({ leakAfterMs: 500 });
    opened(machine, 1, 0);
    tick(machine, 900);
    machine.take(1000, true);
    expect(machine.timetable.wakeAt).toBe(Infinity);
    tick(machine, 5000);
    expect(kinds(machine)).toBe('');
  });
});

describe('connections that were opened together', () => {
  it.each([
    [0, 10_000, 1000, 9000],
    [0.5, 9500, 5000, 9500],
    [1, 9000, 9000, 10_000],
  ])('part by the lot they draw: %d', (lot, livesMs, firstPingMs, nextPingMs) => {
    const machine = machineOf({ maxLifetimeMs: 10_000, keepAliveMs: 10_000, pings: true, random: () => lot });
    const [slot] = opened(machine, 1, 50) as [Slot<string>];
    expect(slot.expiresAt).toBe(50 + livesMs);
    expect(slot.pingEveryMs).toBeCloseTo(firstPingMs, 6);
    machine.slots.check(slot, 60);
    answers.proved(machine, slot, 70);
    expect(slot.pingEveryMs).toBeCloseTo(nextPingMs, 6);
  });

  it('live no longer than was said before they were open', () => {
    const machine = machineOf({ maxLifetimeMs: 10_000 });
    const slot = opening(machine, 0);
    slot.expiresAt = 300;
    answers.opened(machine, slot, 'c', undefined, 10);
    expect(slot.expiresAt).toBe(300);
  });
});

describe('a connection with a tag', () => {
  it('is found by it as long as it may be lent', () => {
    const machine = machineOf({ tags: true, pings: true });
    const { idle } = machine.slots;
    for (const [index, slot] of opened(machine, 3, 0).entries()) {
      machine.slots.lend(slot, false, 0);
      slot.tag = ['a', 'b', 'c'][index];
      machine.returned(slot, 0);
    }
    const tagged = idle.choose(['b']) as Slot<string>;
    expect(tagged.tag).toBe('b');
    park(machine, tagged, 100, 0);
    expect(idle.choose(['b'])?.tag).toBe('a');
    tick(machine, 100);
    expect(idle.choose(['b'])).toBe(tagged);
    machine.slots.check(tagged, 110);
    expect(idle.choose(['b'])?.tag).toBe('a');
    answers.proved(machine, tagged, 120);
    expect(machine.take(130, false, ['b'])).toBe(tagged);
    expect(idle.choose(['b'])?.tag).toBe('a');
    machine.returned(tagged, 140);
    expect(idle.choose(['b'])).toBe(tagged);
    machine.take(150, false, ['b']);
    park(machine, tagged, 100, 150);
    machine.returned(tagged, 160);
    expect(idle.choose(['b'])?.tag).toBe('a');
  });
});
