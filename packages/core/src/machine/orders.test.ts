import { describe, expect, it } from 'vitest';
import { effects, kinds, type M, machineOf, opened, opening, refused, slotsTo, want } from '../../test/by-hand.ts';
import * as answers from './answers.ts';
import { close, expireAt, lowerMax, park, pause, recycle, resize, resume, retire, shed } from './orders.ts';
import type { Slot } from './slot.ts';
import { tick } from './tick.ts';
import { State } from './transitions.ts';

type Some = [Slot<string>, Slot<string>, Slot<string>];

/** What was closed since this was last asked, and why. */
function endings(machine: M): [id: number, reason: string | undefined, graceful: boolean][] {
  return slotsTo(machine, 'close').map(({ id, reason, graceful }) => [id, reason, graceful]);
}

describe('resuming', () => {
  it('lets a suspended pool lend and open again', () => {
    const machine = machineOf();
    machine.state = 'suspended';
    want(machine, 0);
    expect(kinds(machine)).toBe('');
    resume(machine, 1);
    expect(machine.state).toBe('open');
    expect(kinds(machine)).toBe('open');
  });

  it('opens at once what a failure or a pause held back', () => {
    const machine = machineOf();
    answers.openFailed(machine, opening(machine, 0), refused, 10);
    pause(machine, 5000, 10);
    expect(kinds(machine)).toBe('');
    resume(machine, 11);
    expect(kinds(machine)).toBe('open');
  });

  it('does not bring back a pool that closes', () => {
    const machine = machineOf();
    opened(machine, 1, 0);
    machine.take(1);
    close(machine, Infinity, 2);
    resume(machine, 3);
    expect(machine.state).toBe('closing');
  });
});

describe('recycling', () => {
  it('closes what idles politely, and tells holders; what comes back goes', () => {
    const machine = machineOf();
    const [idle, leased] = opened(machine, 2, 0) as Some;
    expect(machine.take(1)).toBe(leased);
    recycle(machine, 2);
    expect(slotsTo(machine, 'retiring')).toEqual([leased]);
    expect(idle).toMatchObject({ state: State.closing, reason: 'recycled', graceful: true });
    machine.returned(leased, 3);
    expect(endings(machine)).toEqual([[leased.id, 'recycled', true]]);
  });

  it('closes what is opening already when it is there, and keeps what has not begun', () => {
    const machine = machineOf({ budgeted: true, max: 2 });
    want(machine, 0);
    want(machine, 0);
    const [begun, reserved] = slotsTo(machine, 'reserve') as Some;
    answers.permitted(machine, begun, 0);
    effects(machine);
    recycle(machine, 1);
    expect(kinds(machine)).toBe('');
    answers.opened(machine, begun, 'c', undefined, 2);
    expect(endings(machine)).toEqual([[begun.id, 'recycled', true]]);
    answers.permitted(machine, reserved, 3);
    answers.opened(machine, reserved, 'c', undefined, 4);
    expect(machine.offered).toBe(reserved);
  });

  it('opens at once what a failure held back', () => {
    const machine = machineOf();
    answers.openFailed(machine, opening(machine, 0), refused, 10);
    recycle(machine, 11);
    expect(kinds(machine)).toBe('open');
  });

  it('replaces what is kept for the minimum', () => {
    const machine = machineOf({ min: 1 });
    const [slot] = opened(machine, 1, 0) as Some;
    recycle(machine, 1);
    expect(kinds(machine)).toBe('close open');
    expect(slot.state).toBe(State.closing);
  });
});

describe('another maximum', () => {
  it('closes as many idle connections as there are too many, the longest unused first', () => {
    const machine = machineOf();
    const [first, second, third] = opened(machine, 3, 0) as Some;
    resize(machine, 0, 2, 1);
    expect(endings(machine)).toEqual([[first.id, 'resized', true]]);
    resize(machine, 0, 2, 2);
    expect(effects(machine)).toEqual([]);
    expect([...machine.slots.idle].map(({ id }) => id)).toEqual([second.id, third.id]);
  });

  it('asks as many holders to hurry as idle ones do not make up for', () => {
    const machine = machineOf();
    const [idle, ...leased] = opened(machine, 3, 0) as Some;
    machine.take(1);
    machine.take(1);
    resize(machine, 0, 1, 2);
    const done = effects(machine);
    expect(done.map(({ kind }) => kind)).toEqual(['close', 'retiring']);
    expect(idle?.state).toBe(State.closing);
    resize(machine, 0, 2, 3);
    expect(kinds(machine)).toBe('');
    // Two are too many again: the first to come back is closed, the other may stay.
    resize(machine, 0, 1, 4);
    expect(kinds(machine)).toBe('retiring');
    for (const slot of leased) machine.returned(slot, 5);
    expect(endings(machine)).toHaveLength(1);
    expect(machine.slots.idle.size).toBe(1);
  });

  it('leaves those that may stay alone, whoever comes back', () => {
    const machine = machineOf();
    opened(machine, 2, 0);
    const slot = machine.take(1) as Slot<string>;
    resize(machine, 0, 2, 2);
    machine.returned(slot, 3);
    expect(kinds(machine)).toBe('');
  });

  it('gives up permits that were asked for and would be too many', () => {
    const machine = machineOf({ budgeted: true, max: 2 });
    want(machine, 0);
    want(machine, 0);
    expect(kinds(machine)).toBe('reserve reserve');
    resize(machine, 0, 1, 1);
    expect(kinds(machine)).toBe('unreserve gone');
    expect(machine.slots.reserving.size).toBe(1);
  });

  it('opens at once for those who wait when there is room', () => {
    const machine = machineOf({ max: 1 });
    want(machine, 0);
    want(machine, 0);
    expect(kinds(machine)).toBe('open');
    resize(machine, 0, 2, 1);
    expect(kinds(machine)).toBe('open');
  });

  it('with a lower minimum lets go what had idled for the old one', () => {
    const machine = machineOf({ min: 1, idleTimeoutMs: 100 });
    opened(machine, 1, 0);
    tick(machine, 100);
    tick(machine, machine.timetable.wakeAt - 500);
    expect(kinds(machine)).toBe('');
    resize(machine, 0, 5, 600);
    expect(machine.timetable.wakeAt).toBeLessThanOrEqual(600);
    tick(machine, 600);
    expect(endings(machine)).toMatchObject([[expect.anything(), 'idle-timeout', true]]);
  });

  it('for a while bounds as long as it lasts, and one may always be tried', () => {
    const machine = machineOf();
    opened(machine, 3, 0);
    lowerMax(machine, 0, 50, 100);
    expect(machine.effectiveMax).toBe(1);
    expect(kinds(machine)).toBe('close close');
    expect(machine.timetable.wakeAt).toBe(150);
    lowerMax(machine, 4, 50, 100);
    expect(machine.effectiveMax).toBe(4);
    tick(machine, 150);
    expect(machine.effectiveMax).toBe(5);
  });

  it('for a while is never more than the maximum there is', () => {
    const machine = machineOf({ max: 2 });
    lowerMax(machine, 10, 50, 0);
    expect(machine.effectiveMax).toBe(2);
  });

  it('that rises for a while opens for those who wait', () => {
    const machine = machineOf();
    lowerMax(machine, 1, 500, 0);
    want(machine, 1);
    want(machine, 1);
    expect(kinds(machine)).toBe('open');
    lowerMax(machine, 2, 500, 2);
    expect(kinds(machine)).toBe('open');
  });
});

describe('shedding', () => {
  it('closes so many, the longest unused first, and says how many these were', () => {
    const machine = machineOf();
    const [first, second] = opened(machine, 3, 0) as Some;
    expect(shed(machine, 2, 1)).toBe(2);
    expect(endings(machine)).toEqual([
      [first.id, 'budget', true],
      [second.id, 'budget', true],
    ]);
    expect(shed(machine, 5, 2)).toBe(1);
    expect(shed(machine, 5, 3)).toBe(0);
  });

  it('leaves the minimum alone, lent ones included', () => {
    const machine = machineOf({ min: 2 });
    opened(machine, 4, 0);
    machine.take(1);
    expect(shed(machine, 10, 2)).toBe(2);
    expect(machine.slots).toMatchObject({ idle: { size: 1 }, leasedCount: 1 });
  });

  it('of none closes none', () => {
    const machine = machineOf();
    opened(machine, 1, 0);
    expect(shed(machine, 0, 1)).toBe(0);
    expect(kinds(machine)).toBe('');
  });
});

describe('a pause', () => {
  it('opens nothing until it is over, and no shorter one ends it', () => {
    const machine = machineOf();
    pause(machine, 100, 0);
    pause(machine, 10, 1);
    want(machine, 2);
    expect(kinds(machine)).toBe('');
    expect(machine.timetable.wakeAt).toBe(100);
    tick(machine, 99);
    expect(kinds(machine)).toBe('');
    tick(machine, 100);
    expect(kinds(machine)).toBe('open');
  });
});

describe('retiring one', () => {
  it('closes it at once when it idles', () => {
    const machine = machineOf();
    const [slot] = opened(machine, 1, 0) as Some;
    retire(machine, slot, 'rotated', 1);
    expect(endings(machine)).toEqual([[slot.id, 'rotated', true]]);
  });

  it('replaces it at once when it was kept for the minimum', () => {
    const machine = machineOf({ min: 1 });
    const [slot] = opened(machine, 1, 0) as Some;
    retire(machine, slot, 'rotated', 1);
    expect(kinds(machine)).toBe('close open');
  });

  it('tells its holder once, and closes it when it comes back', () => {
    const machine = machineOf();
    const [slot] = opened(machine, 1, 0) as Some;
    machine.take(1);
    retire(machine, slot, 'rotated', 2);
    retire(machine, slot, 'rotated again', 3);
    expect(kinds(machine)).toBe('retiring');
    machine.returned(slot, 4);
    expect(endings(machine)).toEqual([[slot.id, 'rotated', true]]);
  });

  it('comes too late when it is on its way out', () => {
    const machine = machineOf();
    const [slot] = opened(machine, 1, 0) as Some;
    retire(machine, slot, 'rotated', 1);
    retire(machine, slot, 'rotated again', 2);
    expect(kinds(machine)).toBe('close');
    expect(slot.doom).toBeUndefined();
    answers.closed(machine, slot, 3);
    retire(machine, slot, 'rotated again', 4);
    expect(slot.doom).toBeUndefined();
  });
});

describe('an end of life for one', () => {
  it('may come nearer, and does not go further off', () => {
    const machine = machineOf({ maxLifetimeMs: 1000 });
    const [slot] = opened(machine, 1, 0) as Some;
    expireAt(machine, slot, 300);
    expireAt(machine, slot, 900);
    expect(slot.expiresAt).toBe(300);
    expect(machine.timetable.wakeAt).toBe(300);
    tick(machine, 300);
    expect(endings(machine)).toEqual([[slot.id, 'max-lifetime', true]]);
  });

  it('is told to its holder in time, and nothing else is due for it until it comes back', () => {
    const machine = machineOf({ idleTimeoutMs: 100 });
    const [slot] = opened(machine, 1, 0) as Some;
    machine.take(1);
    tick(machine, 100);
    expireAt(machine, slot, 300);
    expect(machine.timetable.wakeAt).toBe(300);
    tick(machine, 299);
    expect(kinds(machine)).toBe('');
    tick(machine, 300);
    expect(kinds(machine)).toBe('retiring');
  });
});

describe('parking one', () => {
  it('keeps it from callers until its time is over, and a shorter time changes nothing', () => {
    const machine = machineOf({ max: 1 });
    const [slot] = opened(machine, 1, 0) as Some;
    park(machine, slot, 100, 0);
    park(machine, slot, 10, 1);
    want(machine, 2);
    tick(machine, 99);
    expect(machine.offered).toBeUndefined();
    tick(machine, 100);
    expect(machine.offered).toBe(slot);
  });

  it('while it is lent holds from its return on', () => {
    const machine = machineOf();
    const [slot] = opened(machine, 1, 0) as Some;
    machine.take(1);
    park(machine, slot, 100, 2);
    expect(slot.state).toBe(State.leased);
    machine.returned(slot, 3);
    expect(machine.slots.idle.parked.size).toBe(1);
  });
});

describe('closing', () => {
  it('refuses everybody, lets go of everything, and waits for leases', () => {
    const machine = machineOf({ max: 3 });
    opened(machine, 2, 0);
    resize(machine, 3, 3, 0);
    const leased = machine.take(1) as Slot<string>;
    want(machine, 1, { ofReady: true });
    const [begun] = machine.slots.opening;
    effects(machine);
    close(machine, Infinity, 2);
    const done = effects(machine);
    expect(done.map(({ kind }) => kind)).toEqual(['refuse', 'cancel', 'close', 'retiring']);
    expect(done[0]).toMatchObject({ why: 'closed' });
    expect(begun?.doom).toBe('pool-closed');
    machine.returned(leased, 3);
    expect(endings(machine)).toEqual([[leased.id, 'pool-closed', true]]);
    expect(machine.state).toBe('closing');
  });

  it('refuses callers for a connection too, and gives back permits that nobody has answered for', () => {
    const machine = machineOf({ budgeted: true });
    want(machine, 0);
    const [slot] = slotsTo(machine, 'reserve') as Some;
    close(machine, Infinity, 1);
    expect(kinds(machine)).toBe('refuse unreserve gone closed');
    expect(slot.state).toBe(State.gone);
    expect(machine.state).toBe('closed');
  });

  it('is not polite to one that is in the middle of something', () => {
    const machine = machineOf({ pings: true, resets: true });
    const [pinged, reset] = opened(machine, 2, 0) as Some;
    machine.take(1);
    machine.returned(reset, 2);
    machine.slots.check(pinged, 2);
    effects(machine);
    close(machine, Infinity, 3);
    expect(endings(machine)).toEqual([
      [pinged.id, 'pool-closed', false],
      [reset.id, 'pool-closed', false],
    ]);
  });

  it('again only brings the end of the drain nearer', () => {
    const machine = machineOf();
    opened(machine, 1, 0);
    machine.take(1);
    opening(machine, 1);
    close(machine, 500, 2);
    expect(kinds(machine)).toBe('refuse cancel retiring');
    close(machine, 900, 3);
    expect(machine.timetable.drainBy).toBe(500);
    expect(kinds(machine)).toBe('');
    close(machine, 100, 4);
    expect(machine.timetable).toMatchObject({ drainBy: 100, wakeAt: 100 });
    expect(kinds(machine)).toBe('');
    tick(machine, 100);
    expect(machine.forced).toMatchObject([{ heldMs: 99 }]);
  });

  it('a closed pool asks for nothing', () => {
    const machine = machineOf();
    close(machine, Infinity, 0);
    expect(kinds(machine)).toBe('closed');
    close(machine, 100, 1);
    expect(machine.timetable.wakeAt).toBe(Infinity);
    expect(kinds(machine)).toBe('');
  });

  it('a closed pool refuses whoever comes, for a connection or to see whether it is ready', () => {
    const machine = machineOf();
    close(machine, Infinity, 0);
    effects(machine);
    want(machine, 1);
    want(machine, 1, { ofReady: true });
    expect(effects(machine)).toMatchObject([
      { kind: 'refuse', why: 'closed' },
      { kind: 'refuse', why: 'closed' },
    ]);
    expect(machine.queue.size).toBe(0);
  });
});
