import { describe, expect, it } from 'vitest';
import { effects, kinds, type M, machineOf, opened, opening, slotsTo, want } from '../../test/by-hand.ts';
import * as answers from './answers.ts';
import type { OpenFailure } from './open-failure.ts';
import { recycle } from './orders.ts';
import type { Slot } from './slot.ts';
import { tick } from './tick.ts';

function fail(machine: M, slot: Slot<string>, verdict: OpenFailure<string>['verdict'], now: number): void {
  answers.openFailed(machine, slot, { error: 'refused', verdict, retryInMs: 100 }, now);
}

describe('an opening that failed', () => {
  it('is tried again after the backoff, and the endpoint is taken to be down', () => {
    const machine = machineOf();
    fail(machine, opening(machine, 0), 'retry', 10);
    expect(machine.probing).toMatchObject({ down: true, fatal: false, failures: 1, lastError: 'refused' });
    expect(machine.timetable.wakeAt).toBe(110);
    expect(kinds(machine)).toBe('');
    tick(machine, 110);
    expect(kinds(machine)).toBe('open');
  });

  it('for good is not tried again, and callers are told so', () => {
    const machine = machineOf();
    fail(machine, opening(machine, 0), 'fatal', 10);
    expect(machine.probing).toMatchObject({ down: true, fatal: true });
    expect(effects(machine)).toMatchObject([{ kind: 'refuse', why: 'fatal' }]);
    want(machine, 5000);
    expect(effects(machine)).toMatchObject([{ kind: 'refuse', why: 'fatal' }]);
    tick(machine, 9000);
    expect(kinds(machine)).toBe('');
  });

  it('for good also when it began right after somebody had said that the cause was gone', () => {
    const machine = machineOf();
    recycle(machine, 0);
    fail(machine, opening(machine, 0), 'fatal', 10);
    expect(machine.probing.fatal).toBe(true);
  });

  it('because the peer wants a pause does not make it down', () => {
    const machine = machineOf({ refuseWhenDown: true });
    fail(machine, opening(machine, 0), { pauseMs: 500 }, 10);
    expect(machine.probing.down).toBe(false);
    expect(kinds(machine)).toBe('');
    expect(machine.timetable.wakeAt).toBe(510);
  });

  it('with a short pause does not end a longer one', () => {
    const machine = machineOf();
    want(machine, 0);
    want(machine, 0);
    const [one, other] = slotsTo(machine, 'open') as [Slot<string>, Slot<string>];
    fail(machine, one, { pauseMs: 500 }, 10);
    fail(machine, other, { pauseMs: 20 }, 10);
    expect(machine.probing.pausedUntil).toBe(510);
  });

  it('because there are enough limits the pool to as many as there are, for a while, and is not down', () => {
    const machine = machineOf({ refuseWhenDown: true });
    opened(machine, 2, 0);
    machine.take(1);
    machine.take(1);
    fail(machine, opening(machine, 2), { limitForMs: 1000 }, 10);
    expect(machine.probing.down).toBe(false);
    expect(machine.effectiveMax).toBe(2);
    tick(machine, 1009);
    expect(machine.effectiveMax).toBe(2);
    expect(machine.timetable.wakeAt).toBe(1010);
    tick(machine, 1010);
    expect(machine.effectiveMax).toBe(5);
    expect(kinds(machine)).toBe('open');
  });

  it('because there are enough still lets one be tried when there is none', () => {
    const machine = machineOf();
    fail(machine, opening(machine, 0), { limitForMs: 1000 }, 10);
    expect(machine.effectiveMax).toBe(1);
    tick(machine, 110);
    expect(kinds(machine)).toBe('open');
  });

  it('because there are enough does not cost those their connections that the peer took at the same time', () => {
    const machine = machineOf();
    for (let caller = 0; caller < 5; caller++) want(machine, 0);
    const [first, second, third, ...rest] = slotsTo(machine, 'open') as [Slot<string>, Slot<string>, Slot<string>];
    fail(machine, second, { limitForMs: 1000 }, 10);
    for (const slot of [first, third]) {
      answers.opened(machine, slot, 'c', undefined, 10);
      expect(machine.offered).toBe(slot);
      machine.accepted(slot, 10);
    }
    for (const slot of rest) fail(machine, slot, { limitForMs: 1000 }, 10);
    expect(kinds(machine)).toBe('');
    expect(machine.effectiveMax).toBe(2);
  });
});
