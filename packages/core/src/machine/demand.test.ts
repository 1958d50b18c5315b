import { describe, expect, it } from 'vitest';
import { kinds, type M, machineOf, opened, want } from '../../test/by-hand.ts';
import { suspect } from './breaking.ts';
import { isOverdue, returnsOverdueAt, servedByReturns } from './demand.ts';
import type { Limits } from './limits.ts';
import type { Slot } from './slot.ts';

/** Some lent since 1000; by experience they come back after `holdMs`, and another would take 100 ms to open. */
function lent(count: number, holdMs: number, limits: Partial<Limits> = {}): M {
  const machine = machineOf(limits);
  opened(machine, count, 0);
  for (let one = 0; one < count; one++) machine.take(1000);
  Object.assign(machine.averages, { holdMs, openMs: 100 });
  return machine;
}

function served({ slots, averages }: M, now: number): number {
  return servedByReturns(slots, averages, now);
}

function overdueAt({ slots, queue, averages }: M, now: number): number {
  return returnsOverdueAt(slots, queue.waiters, averages, now);
}

describe('connections that come back soon', () => {
  it('serve as many callers each as there are holds in an opening', () => {
    expect(served(lent(2, 10), 1000)).toBe(20);
    expect(served(lent(3, 60), 1000)).toBe(3);
  });

  it('serve nobody when opening is as quick', () => {
    expect(served(lent(2, 100), 1000)).toBe(0);
    expect(served(lent(2, 300), 1000)).toBe(0);
  });

  it('are those that were lent for less than four average holds', () => {
    const machine = lent(2, 10);
    expect(served(machine, 1039)).toBe(20);
    expect(machine.slots).toMatchObject({ leased: { size: 2 }, leasedLong: { size: 0 } });
    expect(served(machine, 1040)).toBe(0);
    expect(machine.slots).toMatchObject({ leased: { size: 0 }, leasedLong: { size: 2 } });
  });

  it('are sorted out one by one: the youngest still counts', () => {
    const machine = machineOf();
    opened(machine, 2, 0);
    Object.assign(machine.averages, { holdMs: 10, openMs: 100 });
    machine.take(1000);
    machine.take(1030);
    expect(served(machine, 1050)).toBe(10);
    expect(machine.slots).toMatchObject({ leased: { size: 1 }, leasedLong: { size: 1 } });
  });

  it('serve one caller less each while they are being reset, because that one is counted as it is', () => {
    const machine = lent(2, 10, { resets: true });
    machine.returned(machine.slots.leased.head ?? expect.fail('none is leased'), 1010);
    Object.assign(machine.averages, { holdMs: 10, openMs: 100 });
    expect(machine.slots).toMatchObject({ leased: { size: 1 }, resetting: { size: 1 } });
    expect(served(machine, 1010)).toBe(10 + 9);
  });
});

describe('a caller that was left to them', () => {
  it('is overdue when it has waited for as long as an opening takes', () => {
    const machine = lent(5, 10);
    const { queue, averages } = machine;
    expect(isOverdue(queue.waiters, averages, 1100)).toBe(false);
    want(machine, 1000);
    expect(isOverdue(queue.waiters, averages, 1099)).toBe(false);
    expect(isOverdue(queue.waiters, averages, 1100)).toBe(true);
  });

  it('is thought of when its patience ends, or when the first lease is late, whichever is sooner', () => {
    const patient = lent(5, 60);
    want(patient, 1000);
    expect(overdueAt(patient, 1000)).toBe(1100);
    const late = lent(5, 10);
    want(late, 1000);
    expect(overdueAt(late, 1000)).toBe(1040);
  });

  it('is not thought of again for patience that has ended already, but for leases that will be late', () => {
    const machine = lent(5, 60);
    want(machine, 1000);
    expect(overdueAt(machine, 1099)).toBe(1100);
    expect(overdueAt(machine, 1100)).toBe(1240);
    expect(overdueAt(machine, 1240)).toBe(Infinity);
  });

  it('is not waited for when nobody is there, or when it was left to nothing that may fail it', () => {
    expect(overdueAt(lent(5, 10), 1000)).toBe(Infinity);
    const machine = lent(5, 300);
    want(machine, 1000);
    expect(overdueAt(machine, 1000)).toBe(Infinity);
  });

  it('does not make leases late while nothing is known of how long they last', () => {
    const machine = machineOf({ max: 2, pings: true });
    opened(machine, 2, 0);
    machine.take(1000);
    suspect(machine, 1000);
    want(machine, 1000);
    Object.assign(machine.averages, { holdMs: -0.5, openMs: 100 });
    expect(overdueAt(machine, 1050)).toBe(1100);
    expect(machine.slots).toMatchObject({ checking: { size: 1 }, leased: { size: 1 } });
  });

  it.each(['ping', 'reset'] as const)('is thought of when its patience ends while a %s is what it waits for', (kind) => {
    const machine = machineOf({ max: 1, pings: true, resets: kind === 'reset' });
    opened(machine, 1, 0);
    if (kind === 'ping') suspect(machine, 1000);
    const slot = machine.take(1000);
    want(machine, 1000);
    if (slot !== undefined) machine.returned(slot, 1000);
    expect(kinds(machine)).toBe(kind);
    Object.assign(machine.averages, { holdMs: 300, openMs: 100 });
    expect(overdueAt(machine, 1000)).toBe(1100);
    // It has ended, and no lease will be late.
    expect(overdueAt(machine, 1100)).toBe(Infinity);
  });

  it('is thought of when its patience ends while it waits for a ping and a reset', () => {
    const machine = machineOf({ max: 2, pings: true, resets: true });
    const [pinged, reset] = opened(machine, 2, 0) as [Slot<string>, Slot<string>];
    machine.take(1000);
    machine.returned(reset, 1000);
    machine.slots.check(pinged, 1000);
    want(machine, 1000);
    Object.assign(machine.averages, { holdMs: 300, openMs: 100 });
    expect(overdueAt(machine, 1000)).toBe(1100);
  });
});
