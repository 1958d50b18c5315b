import { describe, expect, it } from 'vitest';
import { kinds, machineOf, opened, opening, refused, slotsTo, want } from '../../test/by-hand.ts';
import * as answers from './answers.ts';
import { broken, dead } from './breaking.ts';
import { recycle, resize, resume, retire } from './orders.ts';
import type { Slot } from './slot.ts';
import { tick } from './tick.ts';
import { State } from './transitions.ts';

// Sequences that once went wrong, most of them found by chance (test/model.test.ts) and cut down to what matters.

describe('what is lent', () => {
  it('has answered just now when every lend wants a ping, and is not asked again for ever', () => {
    const machine = machineOf({ max: 1, pings: true, pingAfterIdleMs: 0 });
    const [slot] = opened(machine, 1, 0) as [Slot<string>];
    want(machine, 10);
    expect(kinds(machine)).toBe('ping');
    answers.proved(machine, slot, 11);
    expect(machine.offered).toBe(slot);
    machine.accepted(slot, 11);
    machine.returned(slot, 11);
    // It has been used since it answered.
    want(machine, 11);
    expect(machine.offered).toBeUndefined();
    expect(kinds(machine)).toBe('ping');
  });

  it('is fresh although the one used last is stale', () => {
    const machine = machineOf({ pings: true, pingAfterIdleMs: 50 });
    const [first, second] = opened(machine, 2, 0) as [Slot<string>, Slot<string>];
    machine.slots.check(first, 90);
    answers.proved(machine, first, 95);
    expect(machine.take(100)).toBe(first);
    expect(machine.take(100)).toBeUndefined();
    expect(second.state).toBe(State.idle);
  });

  it('has not expired, also when the timer that should have ended it is late', () => {
    const machine = machineOf({ maxLifetimeMs: 1000 });
    opened(machine, 1, 0);
    expect(machine.take(1000)).toBeUndefined();
    tick(machine, 1000);
    expect(kinds(machine)).toBe('close');
  });

  it('is closed when it comes back at the very end of its life', () => {
    const machine = machineOf({ maxLifetimeMs: 1000 });
    const [slot] = opened(machine, 1, 0) as [Slot<string>];
    machine.take(999);
    machine.returned(slot, 1000);
    expect(slot).toMatchObject({ state: State.closing, reason: 'max-lifetime', graceful: true });
  });

  it('may have been retired while somebody was asked whether it lives: then it is not lent', () => {
    const machine = machineOf({ maxUses: 2 });
    const [slot] = opened(machine, 1, 0) as [Slot<string>];
    const waiter = want(machine, 1);
    expect(machine.offered).toBe(slot);
    retire(machine, slot, 'rotated', 1);
    expect(machine.accepted(slot, 1)).toBeUndefined();
    expect(waiter.waiting).toBe(true);
    expect(slot).toMatchObject({ state: State.closing, reason: 'rotated' });
  });

  it('was not used by being offered to somebody who had left', () => {
    const machine = machineOf({ maxUses: 2 });
    const [slot] = opened(machine, 1, 0) as [Slot<string>];
    const waiter = want(machine, 1);
    machine.leave(waiter, 1);
    expect(machine.accepted(slot, 1)).toBeUndefined();
    expect(slot).toMatchObject({ state: State.idle, uses: 1 });
  });

  it('may be reported dead from inside the question whether it lives: one death, one end', () => {
    const machine = machineOf({ pings: true });
    const [, slot] = opened(machine, 2, 0) as [Slot<string>, Slot<string>];
    want(machine, 1);
    expect(machine.offered).toBe(slot);
    broken(machine, slot, 'reset by peer', 1);
    dead(machine, slot, undefined, 1);
    expect(slot.state).toBe(State.closing);
    expect(machine.slots.suspicion).toBe(0);
  });

  it('counts as broken once when it was taken, reported, and found dead', () => {
    const machine = machineOf({ pings: true });
    opened(machine, 2, 0);
    const slot = machine.take(1) as Slot<string>;
    broken(machine, slot, 'reset by peer', 1);
    dead(machine, slot, undefined, 1);
    expect(slot.state).toBe(State.closing);
    expect(machine.slots.suspicion).toBe(0);
  });
});

describe('what is opened', () => {
  it('waits while the pool is suspended, whatever permit comes', () => {
    const machine = machineOf({ budgeted: true });
    want(machine, 0);
    const [slot] = slotsTo(machine, 'reserve') as [Slot<string>];
    machine.state = 'suspended';
    answers.permitted(machine, slot, 1);
    expect(kinds(machine)).toBe('gone');
    resume(machine, 2);
    expect(kinds(machine)).toBe('reserve');
  });

  it('is nothing new while there are more than the maximum, whatever permit comes', () => {
    const machine = machineOf({ budgeted: true, max: 2, min: 2 });
    machine.pump(0);
    const slots = slotsTo(machine, 'reserve');
    answers.permitted(machine, slots[0] as Slot<string>, 0);
    machine.state = 'suspended';
    resize(machine, 0, 1, 1);
    machine.state = 'open';
    answers.permitted(machine, slots[1] as Slot<string>, 2);
    expect(machine.slots).toMatchObject({ opening: { size: 1 }, reserving: { size: 0 } });
  });

  it('is for a caller that did not wait too, however long its permit takes', () => {
    const machine = machineOf({ budgeted: true });
    machine.missed(0);
    const [slot] = slotsTo(machine, 'reserve') as [Slot<string>];
    for (const now of [10, 11]) machine.pump(now);
    expect(kinds(machine)).toBe('');
    answers.permitted(machine, slot, 20);
    expect(kinds(machine)).toBe('open');
    // Once: when it fails and nobody asks again, there is no more to find out.
    answers.openFailed(machine, slot, refused, 30);
    tick(machine, 1000);
    expect(machine.slots.total).toBe(0);
  });

  it('finds out when the endpoint is up again, although every caller is sent away and no minimum is kept', () => {
    const machine = machineOf({ refuseWhenDown: true });
    answers.openFailed(machine, opening(machine, 0), refused, 10);
    expect(kinds(machine)).toBe('refuse');
    want(machine, 20);
    expect(kinds(machine)).toBe('refuse');
    tick(machine, 110);
    expect(kinds(machine)).toBe('open');
  });

  it('finds that out also when all that is asked for is a pool that is ready', () => {
    const machine = machineOf({ refuseWhenDown: true });
    answers.openFailed(machine, opening(machine, 0), refused, 10);
    tick(machine, 110);
    answers.openFailed(machine, slotsTo(machine, 'open')[0] as Slot<string>, refused, 120);
    want(machine, 130, { ofReady: true });
    expect(kinds(machine)).toBe('refuse');
    tick(machine, 220);
    expect(kinds(machine)).toBe('open');
  });

  it('is not stopped by the old password that fails after the new one was set', () => {
    const machine = machineOf({ min: 1 });
    machine.pump(0);
    const [old] = slotsTo(machine, 'open') as [Slot<string>];
    recycle(machine, 10);
    answers.openFailed(machine, old, { ...refused, verdict: 'fatal' }, 20);
    expect(machine.probing.fatal).toBe(false);
    expect(kinds(machine)).toContain('open');
  });
});

describe('a caller that does not wait', () => {
  it('passes nobody: not who queues, and not who is just being served', () => {
    const machine = machineOf();
    opened(machine, 2, 0);
    want(machine, 1);
    want(machine, 1);
    expect(machine.offered).toBeDefined();
    expect(machine.take(1)).toBeUndefined();
  });

  it('gets nothing from a pool that is suspended', () => {
    const machine = machineOf();
    opened(machine, 1, 0);
    machine.state = 'suspended';
    expect(machine.take(1)).toBeUndefined();
  });

  it('is expected to give back soon, unless it says otherwise', () => {
    const machine = machineOf();
    opened(machine, 2, 0);
    machine.take(1);
    expect(machine.slots).toMatchObject({ leased: { size: 1 }, leasedLong: { size: 0 } });
    machine.take(1, true);
    expect(machine.slots).toMatchObject({ leased: { size: 1 }, leasedLong: { size: 1 } });
  });
});

describe('a lease', () => {
  it('counts for as long as it lasted, and for the average unless it was long on purpose', () => {
    const machine = machineOf();
    opened(machine, 1, 0);
    const slot = machine.take(1000) as Slot<string>;
    machine.returned(slot, 1040);
    expect(machine.totals.leasedMs).toBe(40);
    expect(machine.averages.holdMs).toBe(5);
    expect(slot.usedAt).toBe(1040);
    machine.take(2000, true);
    machine.returned(slot, 5000);
    expect(machine.totals.leasedMs).toBe(3040);
    expect(machine.averages.holdMs).toBe(5);
  });

  it('that came back before it began, by a clock that was behind, took no time', () => {
    const machine = machineOf();
    opened(machine, 1, 0);
    Object.assign(machine.averages, { holdMs: 8 });
    const slot = machine.take(1000) as Slot<string>;
    machine.returned(slot, 999);
    expect(machine.totals.leasedMs).toBe(0);
    expect(machine.averages.holdMs).toBe(7);
  });

  it('that somebody waited for adds to what was waited in all, never less than nothing', () => {
    const machine = machineOf();
    const slot = opening(machine, 100);
    answers.opened(machine, slot, 'c', undefined, 130);
    machine.accepted(slot, 130);
    expect(machine.totals).toMatchObject({ waited: 1, waitedMs: 30 });
    want(machine, 200);
    machine.returned(slot, 195);
    machine.accepted(slot, 195);
    expect(machine.totals).toMatchObject({ waited: 2, waitedMs: 30 });
  });

  it('may be given back for good: its connection is closed without ceremony', () => {
    const machine = machineOf();
    const [slot] = opened(machine, 1, 0) as [Slot<string>];
    machine.take(1);
    machine.discarded(slot, 'discarded', undefined, false, 11);
    expect(slot).toMatchObject({ state: State.closing, reason: 'discarded', graceful: false });
    expect(machine.totals.leasedMs).toBe(10);
    answers.closed(machine, slot, 12);
    expect([...machine.totals.closed]).toEqual([['discarded', 1]]);
  });
});
