import { describe, expect, it } from 'vitest';
import { effects, kinds, machineOf, opened, opening, refused, slotsTo, want } from '../../test/by-hand.ts';
import * as answers from './answers.ts';
import { suspect } from './breaking.ts';
import { Deadline } from './deadlines.ts';
import { close, expireAt, lowerMax, park } from './orders.ts';
import type { Slot } from './slot.ts';
import { tick } from './tick.ts';
import { State } from './transitions.ts';

// Sequences about time that once went wrong, most of them found by chance (test/model.test.ts) and cut down to what matters.

describe('the end of a lifetime', () => {
  it('that comes while a ping runs does not stop the clock, and is the end when the ping has answered', () => {
    const machine = machineOf({ pings: true });
    const [slot] = opened(machine, 1, 0) as [Slot<string>];
    expireAt(machine, slot, 100);
    machine.slots.check(slot, 90);
    tick(machine, 100);
    expect(slot.state).toBe(State.checking);
    answers.proved(machine, slot, 110);
    expect(slot).toMatchObject({ state: State.closing, reason: 'max-lifetime' });
  });

  it('does not hide the idle timeout of one that was lent for long', () => {
    const machine = machineOf({ idleTimeoutMs: 100, maxLifetimeMs: 100_000 });
    const [slot] = opened(machine, 1, 0) as [Slot<string>];
    machine.take(50);
    tick(machine, 100);
    machine.returned(slot, 500);
    expect(machine.timetable.wakeAt).toBe(600);
    tick(machine, 600);
    expect(slot).toMatchObject({ state: State.closing, reason: 'idle-timeout' });
  });
});

describe('parking', () => {
  it('ends in time for one that is kept for the minimum although it idled too long', () => {
    const machine = machineOf({ min: 1, idleTimeoutMs: 100 });
    const [slot] = opened(machine, 1, 0) as [Slot<string>];
    park(machine, slot, 400, 0);
    for (let now = machine.timetable.wakeAt; now < 400; now = machine.timetable.wakeAt) tick(machine, now);
    expect(machine.timetable.wakeAt).toBe(400);
    tick(machine, 400);
    expect(machine.take(400)).toBe(slot);
  });

  it('is in force when a lent one comes back, until its end', () => {
    const machine = machineOf({ idleTimeoutMs: 100_000 });
    const [slot] = opened(machine, 1, 0) as [Slot<string>];
    machine.take(10);
    park(machine, slot, 50, 10);
    machine.returned(slot, 20);
    expect(machine.take(20)).toBeUndefined();
    expect(machine.timetable.wakeAt).toBe(60);
  });

  it('that is over serves whoever waits, also when it is prolonged by nothing before the timer rings', () => {
    const machine = machineOf({ max: 1 });
    const [slot] = opened(machine, 1, 0) as [Slot<string>];
    park(machine, slot, 50, 0);
    want(machine, 10);
    park(machine, slot, 0, 60);
    expect(machine.offered).toBe(slot);
  });

  it('is not cut short by a look at whether the peer still closes what idles', () => {
    const machine = machineOf({ learnsIdleLimit: true });
    const { idleLimit } = machine.slots;
    for (const now of [1000, 2000, 3000]) idleLimit.died(100, now);
    idleLimit.testAt = 0;
    const [slot] = opened(machine, 1, 10_000) as [Slot<string>];
    park(machine, slot, 5000, 10_000);
    for (let now = machine.timetable.wakeAt; now < 15_000; now = machine.timetable.wakeAt) {
      tick(machine, now);
      expect(machine.take(now)).toBeUndefined();
    }
    expect(idleLimit.known).toBe(false);
    tick(machine, 15_000);
    expect(machine.take(15_000)).toBe(slot);
  });
});

describe('the one timer', () => {
  it.each([
    [0.1, 7.1],
    [0.4, 0.3],
  ])('that rings at %d ms plus %d ms finds the step overdue, however that is rounded', (since, limitMs) => {
    const machine = machineOf({ openTimeoutMs: limitMs });
    opening(machine, since);
    tick(machine, machine.timetable.wakeAt);
    expect(kinds(machine)).toBe('overdue');
  });

  it('does not ring again and again for a lease that is late while an opening for the caller is under way', () => {
    const machine = machineOf({ max: 2 });
    machine.averages.opened(1000);
    machine.averages.held(10);
    const [slot] = opened(machine, 1, 5000) as [Slot<string>];
    machine.averages.openMs = 1000;
    machine.averages.holdMs = 10;
    machine.take(5000);
    want(machine, 5000);
    expect(machine.timetable.wakeAt).toBe(5040);
    tick(machine, 5040);
    expect(kinds(machine)).toBe('open');
    expect(slot.state).toBe(State.leased);
    expect(machine.timetable.wakeAt).toBeGreaterThan(5040);
  });

  it('rings when leases are late although one caller has waited for too long already', () => {
    const machine = machineOf({ max: 4 });
    opened(machine, 2, 0);
    Object.assign(machine.averages, { openMs: 100, holdMs: 90 });
    machine.take(1000);
    want(machine, 1000);
    want(machine, 1000);
    const slot = machine.offered as Slot<string>;
    machine.accepted(slot, 1000);
    effects(machine);
    tick(machine, 1100);
    // One opens for the caller that is overdue; the leases are late 360 ms after they began.
    expect(kinds(machine)).toBe('open');
    expect(machine.timetable.wakeAt).toBe(1360);
  });

  it('rings in time for a ping of one that was asked out of turn', () => {
    const lots = [0, 1, 1, 0];
    const machine = machineOf({ pings: true, keepAliveMs: 100, random: () => lots.shift() ?? 0 });
    const [slot] = opened(machine, 1, 0) as [Slot<string>];
    tick(machine, 90);
    expect(kinds(machine)).toBe('ping');
    answers.proved(machine, slot, 91);
    expect(slot.pingEveryMs).toBe(100);
    // It is due at 191; when it is asked again at once, the lot it draws makes it due earlier than that.
    machine.slots.check(slot, 92);
    answers.proved(machine, slot, 92);
    expect(slot.pingEveryMs).toBe(90);
    expect(machine.timetable.wakeAt).toBeLessThanOrEqual(182);
    tick(machine, 182);
    expect(kinds(machine)).toBe('ping ping');
  });

  it('is set for work that has a limit of its own', () => {
    const machine = machineOf();
    machine.limit(new Deadline(30, 40));
    expect(machine.timetable.wakeAt).toBe(40);
    tick(machine, 40);
    expect(kinds(machine)).toBe('overwork');
  });
});

describe('callers', () => {
  it('whose work was put back, and who never had a place, keep their order', () => {
    const machine = machineOf({ max: 1 });
    const slot = opening(machine, 0);
    want(machine, 1, { arrival: 0, name: 'first' });
    want(machine, 2, { arrival: 0, name: 'second' });
    answers.opened(machine, slot, 'c', undefined, 3);
    expect(machine.accepted(slot, 3)?.request).toBe('first');
    machine.returned(slot, 4);
    expect(machine.accepted(slot, 4)?.request).toBe('second');
  });

  it('are thought of again when a return that needs a reset makes returns look slow', () => {
    const machine = machineOf({ max: 2, resets: true });
    const slot = opening(machine, 0);
    answers.opened(machine, slot, 'c', undefined, 10);
    machine.accepted(slot, 10);
    Object.assign(machine.averages, { openMs: 20, holdMs: 9 });
    want(machine, 11);
    want(machine, 11);
    effects(machine);
    machine.returned(slot, 200);
    expect(kinds(machine)).toBe('reset open');
  });

  it('are left to connections that are being reset as much as to those that are lent', () => {
    const machine = machineOf({ max: 5, resets: true });
    const slot = opening(machine, 0);
    answers.opened(machine, slot, 'c', undefined, 150);
    machine.accepted(slot, 150);
    Object.assign(machine.averages, { openMs: 150, holdMs: 2 });
    for (let caller = 0; caller < 10; caller++) want(machine, 151);
    effects(machine);
    machine.returned(slot, 152);
    expect(kinds(machine)).toBe('reset');
  });

  it('of ready() are answered although the minimum is opened on demand only', () => {
    const machine = machineOf({ min: 3, learnsIdleLimit: true });
    const { idleLimit } = machine.slots;
    for (const now of [1000, 2000, 3000]) idleLimit.died(100, now);
    idleLimit.replaced = 3;
    want(machine, 10_000, { ofReady: true });
    const [slot] = slotsTo(machine, 'open') as [Slot<string>];
    answers.opened(machine, slot, 'c', undefined, 10_001);
    expect(kinds(machine)).toBe('ready');
  });

  it('that have waited for as long as an opening takes do not make up and break off permits by turns', () => {
    const machine = machineOf({ pings: true, budgeted: true, max: 3 });
    const { slots } = machine;
    Object.assign(machine.averages, { openMs: 5, holdMs: 100 });
    machine.missed(0);
    const [slot] = slotsTo(machine, 'reserve') as [Slot<string>];
    answers.permitted(machine, slot, 0);
    answers.opened(machine, slot, 'c', undefined, 5);
    suspect(machine, 6);
    want(machine, 10);
    effects(machine);
    tick(machine, 20);
    expect(slots.reserving.size).toBe(1);
    effects(machine);
    for (let again = 0; again < 3; again++) machine.pump(20);
    expect(kinds(machine)).toBe('');
  });
});

describe('what is overdue', () => {
  it('is answered for once, although the drain ended in the same moment', () => {
    const machine = machineOf({ openTimeoutMs: 100 });
    const slot = opening(machine, 0);
    close(machine, 100, 0);
    effects(machine);
    tick(machine, 100);
    const overdue = effects(machine).filter(({ kind }) => kind === 'overdue');
    answers.openFailed(machine, slot, { ...refused, connection: 'half', cancelled: true }, 100);
    // Whoever performs the second finds that the slot has moved on.
    for (const effect of overdue) if ('generation' in effect) expect(effect.generation).not.toBe(slot.generation);
    expect(slot.state).toBe(State.closing);
  });

  it('is a lower maximum too: it ends by itself', () => {
    const machine = machineOf({ max: 3, min: 3 });
    lowerMax(machine, 1, 100, 0);
    expect(machine.slots.opening.size).toBe(1);
    expect(machine.timetable.wakeAt).toBe(100);
    tick(machine, 100);
    expect(machine.slots.opening.size).toBe(3);
    expect(machine.effectiveMax).toBe(3);
  });
});

describe('a peer that closes what idles for 1000 ms', () => {
  function known(limits: Parameters<typeof machineOf>[0] = {}): ReturnType<typeof machineOf> {
    const machine = machineOf({ learnsIdleLimit: true, ...limits });
    for (const now of [1000, 2000, 3000]) machine.slots.idleLimit.died(1000, now);
    machine.slots.idleLimit.testAt = 10_800;
    return machine;
  }

  it('is put to the test with one connection that nobody gets, and not again soon', () => {
    const machine = known();
    const [slot] = opened(machine, 1, 10_000) as [Slot<string>];
    tick(machine, 10_800);
    expect(slot.testing).toBe(true);
    expect(machine.take(10_800)).toBeUndefined();
    expect(machine.slots.idleLimit.testAt).toBe(10_800 + 20_000);
    tick(machine, 11_499);
    expect(machine.slots.idleLimit.known).toBe(true);
    expect(machine.timetable.wakeAt).toBe(11_500);
  });

  it('is forgotten when that one outlives it by half: what was kept from callers for its sake is lent again', () => {
    const machine = known();
    const [slot] = opened(machine, 1, 10_000) as [Slot<string>];
    tick(machine, 10_800);
    const other = opening(machine, 11_000);
    answers.opened(machine, other, 'c', undefined, 11_000);
    machine.accepted(other, 11_000);
    machine.returned(other, 11_000);
    // The timer is late, and a caller meets what nobody has proved for too long.
    expect(machine.take(11_900)).toBeUndefined();
    effects(machine);
    tick(machine, 11_900);
    expect(effects(machine)).toEqual([{ kind: 'notice', code: 'idle-limit-forgotten', detail: undefined }]);
    expect(machine.slots.idleLimit.known).toBe(false);
    expect([machine.take(11_900), machine.take(11_900)]).toContain(slot);
    expect(machine.slots.leasedCount).toBe(2);
  });

  it('is forgotten, and what is suspect for another reason is not lent for that', () => {
    const machine = known({ pings: true });
    opened(machine, 1, 10_000);
    tick(machine, 10_800);
    suspect(machine, 11_000);
    tick(machine, 11_500);
    expect(machine.slots.idleLimit.known).toBe(false);
    expect(machine.take(11_500)).toBeUndefined();
    expect(machine.slots.idle.suspect.size).toBe(1);
  });

  it('is not put to the test before it is time for that, or when the pool is full', () => {
    const early = known();
    early.slots.idleLimit.testAt = 10_801;
    const [first] = opened(early, 1, 10_000) as [Slot<string>];
    tick(early, 10_800);
    expect(first).toMatchObject({ state: State.closing, reason: 'idle-limit', graceful: true });
    const full = known({ max: 1 });
    const [only] = opened(full, 1, 10_000) as [Slot<string>];
    tick(full, 10_800);
    expect(only).toMatchObject({ state: State.closing, reason: 'idle-limit' });
  });

  it('has the minimum opened on demand once as many as that were closed unused, and a notice says so', () => {
    const machine = known({ min: 3 });
    machine.slots.idleLimit.testAt = Infinity;
    opened(machine, 5, 10_000);
    tick(machine, 10_800);
    const done = effects(machine);
    expect(done.filter(({ kind }) => kind === 'close')).toHaveLength(5);
    expect(done.filter(({ kind }) => kind === 'open')).toHaveLength(0);
    const detail = { min: 3, idleLimitMs: 1000 };
    expect(done.filter(({ kind }) => kind === 'notice')).toEqual([{ kind: 'notice', code: 'min-on-demand', detail }]);
    expect(machine.slots.idleLimit.replaced).toBe(3);
  });
});
