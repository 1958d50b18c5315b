import { describe, expect, it } from 'vitest';
import { effects, kinds, type M, machineOf, opened, opening, refused, want } from '../../test/by-hand.ts';
import * as answers from './answers.ts';
import { broken, dead, lost } from './breaking.ts';
import type { Slot } from './slot.ts';
import { State } from './transitions.ts';

describe('what fails', () => {
  it('before it was made usable is closed without ceremony', () => {
    const machine = machineOf();
    const slot = opening(machine, 0);
    answers.openFailed(machine, slot, { ...refused, connection: 'half' }, 10);
    expect(slot).toMatchObject({ state: State.closing, reason: 'init-failed', graceful: false, connection: 'half' });
    expect(machine.totals).toMatchObject({ opened: 1, openFailed: 1 });
  });

  it('its ping is closed without ceremony', () => {
    const machine = machineOf({ pings: true });
    const [slot] = opened(machine, 1, 0) as [Slot<string>];
    machine.slots.check(slot, 1);
    answers.disproved(machine, slot, 'hung', 2);
    expect(slot).toMatchObject({ state: State.closing, reason: 'ping-failed', graceful: false, error: 'hung' });
  });

  it('its reset is closed without ceremony', () => {
    const machine = machineOf({ resets: true });
    const [slot] = opened(machine, 1, 0) as [Slot<string>];
    machine.take(1);
    machine.returned(slot, 2);
    answers.uncleaned(machine, slot, 'dirty', 3);
    expect(slot).toMatchObject({ state: State.closing, reason: 'reset-failed', graceful: false, error: 'dirty' });
  });
});

/** One that is in the middle of something, and another that idles. */
const middles: Record<string, (machine: M) => Slot<string>> = {
  idling: (machine) => opened(machine, 2, 0)[1] as Slot<string>,
  'being pinged': (machine) => {
    const [, slot] = opened(machine, 2, 0) as [Slot<string>, Slot<string>];
    machine.slots.check(slot, 1);
    return slot;
  },
  'being made clean': (machine) => {
    const [, slot] = opened(machine, 2, 0) as [Slot<string>, Slot<string>];
    machine.take(1);
    machine.returned(slot, 1);
    return slot;
  },
};

describe('what breaks', () => {
  it.each(Object.keys(middles))('while %s goes at once', (middle) => {
    const machine = machineOf({ pings: true, resets: true });
    const slot = middles[middle]?.(machine) as Slot<string>;
    effects(machine);
    broken(machine, slot, 'reset by peer', 2);
    expect(kinds(machine)).toBe('close');
    expect(slot).toMatchObject({ state: State.closing, reason: 'broken', graceful: false, error: 'reset by peer' });
  });

  it('while it is lent goes when it comes back, and its holder is told once', () => {
    const machine = machineOf({ pings: true });
    const [, slot] = opened(machine, 2, 0) as [Slot<string>, Slot<string>];
    machine.take(1);
    broken(machine, slot, 'reset by peer', 2);
    broken(machine, slot, 'reset by peer', 3);
    expect(kinds(machine)).toBe('retiring');
    expect(machine.slots).toMatchObject({ leasedCount: 1, suspicion: 0 });
    machine.returned(slot, 4);
    expect(slot).toMatchObject({ state: State.closing, reason: 'broken', graceful: false, error: 'reset by peer' });
  });

  it('while it is offered to a caller is nobody’s loss: the caller is offered the next', () => {
    const machine = machineOf();
    const [first, second] = opened(machine, 2, 0) as [Slot<string>, Slot<string>];
    want(machine, 1);
    expect(machine.offered).toBe(second);
    broken(machine, second, 'reset by peer', 1);
    expect(second).toMatchObject({ state: State.closing, reason: 'broken', uses: 1 });
    expect(machine.offered).toBe(first);
  });

  it('before its holder had it does not disturb what is offered to somebody else', () => {
    const machine = machineOf();
    const [first] = opened(machine, 2, 0) as [Slot<string>];
    const taken = machine.take(1) as Slot<string>;
    want(machine, 1);
    expect(machine.offered).toBe(first);
    dead(machine, taken, undefined, 1);
    expect(taken).toMatchObject({ state: State.closing, reason: 'broken', graceful: false });
    expect(machine.offered).toBe(first);
  });

  it('on its way in or out is no news', () => {
    const machine = machineOf({ pings: true });
    const slot = opening(machine, 0);
    broken(machine, slot, 'reset by peer', 1);
    answers.openFailed(machine, slot, { ...refused, connection: 'half' }, 2);
    effects(machine);
    broken(machine, slot, 'reset by peer', 3);
    broken(machine, slot, 'reset by peer', 4);
    expect(kinds(machine)).toBe('');
    expect(machine.slots.suspicion).toBe(0);
  });

  it.each([
    ['within a second of its opening, before anybody had it, is as good as a failed open when it happens again', 999, 2],
    ['later than that tells nothing about opening', 1000, 0],
  ])('%s', (_, ageMs, stillborn) => {
    const machine = machineOf({ min: 1 });
    machine.pump(0);
    for (const now of [0, 5000]) {
      const slot = machine.slots.opening.head as Slot<string>;
      answers.opened(machine, slot, 'c', undefined, now);
      broken(machine, slot, 'reset by peer', now + ageMs, 700);
      answers.closed(machine, slot, now + ageMs);
    }
    expect(machine.probing.stillborn).toBe(stillborn);
    expect(machine.probing.opensAt()).toBe(stillborn > 0 ? 5000 + ageMs + 700 : -Infinity);
  });
});

describe('a permit that is lost', () => {
  it.each(Object.keys(middles))('takes a connection with it while it is %s', (middle) => {
    const machine = machineOf({ pings: true, resets: true });
    const slot = middles[middle]?.(machine) as Slot<string>;
    lost(machine, slot, 2);
    expect(slot).toMatchObject({ state: State.closing, reason: 'permit-lost', graceful: false });
  });

  it('takes a connection from its holder, who had it until now', () => {
    const machine = machineOf();
    const [first] = opened(machine, 2, 0) as [Slot<string>];
    const taken = machine.take(1) as Slot<string>;
    want(machine, 1);
    expect(machine.offered).toBe(first);
    lost(machine, taken, 31);
    expect(taken).toMatchObject({ state: State.closing, reason: 'permit-lost', graceful: false });
    expect(machine.totals.leasedMs).toBe(30);
    expect(machine.offered).toBe(first);
  });

  it('takes one that is offered, and the caller is offered the next', () => {
    const machine = machineOf();
    const [first, second] = opened(machine, 2, 0) as [Slot<string>, Slot<string>];
    want(machine, 1);
    lost(machine, second, 1);
    expect(second.state).toBe(State.closing);
    expect(machine.offered).toBe(first);
  });

  it('says nothing of what is being opened or closed', () => {
    const machine = machineOf();
    const slot = opening(machine, 0);
    lost(machine, slot, 1);
    expect(slot.state).toBe(State.opening);
    answers.openFailed(machine, slot, { ...refused, connection: 'half' }, 2);
    effects(machine);
    lost(machine, slot, 3);
    expect(kinds(machine)).toBe('');
  });
});

describe('the idle limit of the peer', () => {
  function threeDeaths(learnsIdleLimit: boolean): M {
    const machine = machineOf({ learnsIdleLimit });
    for (const since of [0, 10_000, 20_000]) {
      const [slot] = opened(machine, 1, since) as [Slot<string>];
      broken(machine, slot, 'reset by peer', since + 1000);
    }
    return machine;
  }

  it('is learned from idle connections that it closes, and a notice says so', () => {
    const machine = threeDeaths(true);
    const notices = effects(machine).filter(({ kind }) => kind === 'notice');
    expect(notices).toEqual([{ kind: 'notice', code: 'idle-limit', detail: { estimateMs: 1000 } }]);
  });

  it('is at once due for what idles already', () => {
    const machine = machineOf({ learnsIdleLimit: true });
    for (const now of [1000, 2000]) machine.slots.idleLimit.died(1000, now);
    const [first, second] = opened(machine, 2, 20_000) as [Slot<string>, Slot<string>];
    expect(first.dueAt).toBe(Infinity);
    broken(machine, second, 'reset by peer', 21_000);
    expect(first.dueAt).toBe(20_800);
    expect(machine.timetable.wakeAt).toBeLessThanOrEqual(20_800);
  });

  it.each([
    ['its goodbye may be on the way when it is lent', 1000, 150, true, 1150],
    ['nothing is learned later than that', 1000, 151, true, Infinity],
    ['a second is the most, however long it had idled', 9000, 1001, true, Infinity],
    ['nothing is learned from one that is given up for another reason', 1000, 0, false, Infinity],
  ])('is learned from what breaks in use: %s', (_, idledMs, heldMs, isBroken, estimateMs) => {
    const machine = machineOf({ learnsIdleLimit: true });
    for (const since of [0, 10_000, 20_000]) {
      opened(machine, 1, since);
      const slot = machine.take(since + idledMs) as Slot<string>;
      machine.discarded(slot, 'given up', 'reset by peer', isBroken, since + idledMs + heldMs);
      answers.closed(machine, slot, since + idledMs + heldMs);
    }
    expect(machine.slots.idleLimit.estimateMs).toBe(estimateMs);
  });

  it('is not learned when that is not wanted', () => {
    const machine = threeDeaths(false);
    expect(kinds(machine)).not.toContain('notice');
    expect(machine.slots.idleLimit.known).toBe(false);
  });
});
