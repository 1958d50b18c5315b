import { describe, expect, it } from 'vitest';
import { effects, kinds, type M, machineOf, opened, opening, refused, slotsTo, want } from '../../test/by-hand.ts';
import * as answers from './answers.ts';
import { suspect } from './breaking.ts';
import { park, retire } from './orders.ts';
import { floor } from './pump.ts';
import type { Slot } from './slot.ts';
import { tick } from './tick.ts';
import { State } from './transitions.ts';

/** One that idles since 10 000, and a peer that is known to close what idles for 1000 ms. */
function besideAnImpatientPeer(pings: boolean): { machine: M; slot: Slot<string> } {
  const machine = machineOf({ learnsIdleLimit: true, pings });
  for (const now of [1000, 2000, 3000]) machine.slots.idleLimit.died(1000, now);
  const [slot] = opened(machine, 1, 10_000) as [Slot<string>];
  machine.averages.openMs = 50;
  return { machine, slot };
}

describe('what the peer is about to close', () => {
  it('is lent until shortly before that', () => {
    const { machine, slot } = besideAnImpatientPeer(false);
    expect(machine.take(10_799)).toBe(slot);
  });

  it('is not lent from then on, also when the timer is late: another is opened in its place', () => {
    const { machine, slot } = besideAnImpatientPeer(false);
    expect(machine.take(10_800)).toBeUndefined();
    want(machine, 10_800);
    expect(machine.offered).toBeUndefined();
    expect(kinds(machine)).toBe('close open');
    expect(slot).toMatchObject({ state: State.closing, reason: 'idle-limit', graceful: true });
  });

  it('is lent once it has answered a ping, where it can be pinged', () => {
    const { machine, slot } = besideAnImpatientPeer(true);
    want(machine, 10_800);
    expect(kinds(machine)).toBe('ping');
    answers.proved(machine, slot, 10_801);
    expect(machine.offered).toBe(slot);
  });
});

describe('suspect connections', () => {
  it('are pinged one for each caller, the most recently used first', () => {
    const machine = machineOf({ pings: true });
    const slots = opened(machine, 3, 0);
    suspect(machine, 1);
    want(machine, 2);
    expect(slotsTo(machine, 'ping')).toEqual([slots[2]]);
    want(machine, 3);
    expect(slotsTo(machine, 'ping')).toEqual([slots[1]]);
  });

  it('are hope enough for callers while the endpoint is down: those are not sent away', () => {
    const machine = machineOf({ pings: true, refuseWhenDown: true });
    opened(machine, 2, 0);
    suspect(machine, 1);
    // An opening takes no time, so one is wanted beside the ping.
    const slot = opening(machine, 2);
    answers.openFailed(machine, slot, refused, 3);
    expect(machine.slots).toMatchObject({ checking: { size: 1 }, idle: { size: 1 } });
    expect(machine.probing.down).toBe(true);
    expect(kinds(machine)).toBe('');
    answers.disproved(machine, machine.slots.checking.head as Slot<string>, 'hung', 4);
    expect(kinds(machine)).toBe('close ping');
    answers.disproved(machine, machine.slots.checking.head as Slot<string>, 'hung', 5);
    expect(kinds(machine)).toBe('close refuse');
  });
});

describe('a caller that does not wait and finds nothing', () => {
  it('makes the pool open one', () => {
    const machine = machineOf();
    machine.missed(0);
    expect(kinds(machine)).toBe('open');
  });

  it('makes it open no second one, and none beside what idles', () => {
    const machine = machineOf();
    const [slot] = opened(machine, 1, 0) as [Slot<string>];
    park(machine, slot, 1000, 0);
    machine.missed(1);
    expect(kinds(machine)).toBe('');
    want(machine, 2);
    expect(kinds(machine)).toBe('open');
    machine.missed(3);
    expect(kinds(machine)).toBe('');
  });

  it('is forgotten when something idled after all', () => {
    const machine = machineOf();
    const [slot] = opened(machine, 1, 0) as [Slot<string>];
    park(machine, slot, 1000, 0);
    machine.missed(1);
    retire(machine, slot, 'rotated', 2);
    expect(kinds(machine)).toBe('close');
  });

  it('is forgotten when there is no room', () => {
    const machine = machineOf({ max: 1 });
    opened(machine, 1, 0);
    const slot = machine.take(1) as Slot<string>;
    machine.missed(2);
    machine.discarded(slot, 'discarded', undefined, false, 3);
    answers.closed(machine, slot, 4);
    expect(kinds(machine)).toBe('close');
  });
});

describe('the floor', () => {
  it('is the minimum, or the maximum when that is lower for a while', () => {
    const machine = machineOf({ min: 3 });
    expect(floor(machine)).toBe(3);
    machine.limitMax = 2;
    expect(floor(machine)).toBe(2);
  });

  it('is one at least while somebody waits for the pool to be ready', () => {
    const machine = machineOf();
    expect(floor(machine)).toBe(0);
    machine.state = 'suspended';
    want(machine, 0, { ofReady: true });
    expect(floor(machine)).toBe(1);
    machine.min = 3;
    expect(floor(machine)).toBe(3);
  });

  it('is reached when as many are there, and then whoever waited for that is told', () => {
    const machine = machineOf({ min: 2 });
    want(machine, 0, { ofReady: true });
    const [first, second] = slotsTo(machine, 'open') as [Slot<string>, Slot<string>];
    answers.opened(machine, first, 'c', undefined, 1);
    expect(kinds(machine)).toBe('');
    answers.opened(machine, second, 'c', undefined, 2);
    expect(effects(machine)).toMatchObject([{ kind: 'ready' }]);
  });
});

describe('a backoff', () => {
  it('that nobody waits for rings no timer', () => {
    const machine = machineOf({ openTimeoutMs: 1000 });
    const slot = opening(machine, 0);
    machine.leave(machine.queue.waiters.head ?? expect.fail('nobody waits'), 1);
    answers.openFailed(machine, slot, refused, 10);
    tick(machine, 20);
    expect(machine.timetable.wakeAt).toBe(Infinity);
  });
});

describe('a permit that is asked for', () => {
  it('is given up when nobody needs it any more', () => {
    const machine = machineOf({ budgeted: true, max: 2 });
    const waiters = [want(machine, 0), want(machine, 0)];
    expect(kinds(machine)).toBe('reserve reserve');
    for (const waiter of waiters) machine.leave(waiter, 1);
    expect(kinds(machine)).toBe('unreserve gone unreserve gone');
    expect(machine.slots.total).toBe(0);
  });

  it('is one of as many as may open at once', () => {
    const machine = machineOf({ budgeted: true });
    machine.probing.failed(machine.probing.round, 'refused', 0);
    machine.probing.succeeded(100);
    for (let caller = 0; caller < 4; caller++) want(machine, 0);
    expect(kinds(machine)).toBe('reserve reserve');
    answers.permitted(machine, machine.slots.reserving.head as Slot<string>, 1);
    tick(machine, 2);
    expect(kinds(machine)).toBe('open');
  });
});
