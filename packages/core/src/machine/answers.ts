import { broke } from './breaking.ts';
import { endIfUnfit } from './fitness.ts';
import type { Machine } from './machine.ts';
import { noteFailure, type OpenFailure } from './open-failure.ts';
import type { Slot } from './slot.ts';
import { Event } from './transitions.ts';

// What comes of the effects that take time: of reserve, open, ping, reset and close, in this order.

export function permitted<T, R>(machine: Machine<T, R>, slot: Slot<T>, now: number): void {
  const { probing, queue, slots } = machine;
  // Meanwhile a failure may have closed the window: a permit is no reason to storm. Or the pool was suspended, or shrank.
  const stillWanted = machine.state === 'open' && slots.total <= machine.effectiveMax;
  if (!stillWanted || now < probing.opensAt() || slots.opening.size >= probing.windowFor(queue.waiters.size))
    return unpermitted(machine, slot, now);
  machine.isMissed = false;
  slots.open(slot, probing.round, probing.attempt, now);
}

export function unpermitted<T, R>(machine: Machine<T, R>, slot: Slot<T>, now: number): void {
  machine.slots.leave(slot, Event.unwanted, now);
  machine.pump(now);
}

export function opened<T, R>(machine: Machine<T, R>, slot: Slot<T>, connection: T, tag: string | undefined, now: number): void {
  machine.totals.opened++;
  machine.averages.opened(now - slot.since);
  machine.probing.succeeded(machine.max);
  machine.slots.opened(slot, connection, tag, now);
  endIfUnfit(machine, slot, now);
  machine.pump(now);
}

export function openFailed<T, R>(machine: Machine<T, R>, slot: Slot<T>, failure: OpenFailure<T>, now: number): void {
  machine.totals.openFailed++;
  // Before the slot leaves: it is one of those that began together.
  if (failure.cancelled !== true) noteFailure(machine, slot, failure, now);
  if (failure.connection === undefined) {
    machine.slots.leave(slot, Event.failed, now);
  } else {
    machine.totals.opened++;
    slot.connection = failure.connection;
    slot.openedAt = now;
    machine.slots.end(slot, 'init-failed', failure.error, false, now);
  }
  machine.pump(now);
}

export function proved<T, R>(machine: Machine<T, R>, slot: Slot<T>, now: number): void {
  machine.slots.proved(slot, now);
  endIfUnfit(machine, slot, now);
  machine.pump(now);
}

export function cleaned<T, R>(machine: Machine<T, R>, slot: Slot<T>, tag: string | undefined, now: number): void {
  slot.tag = tag;
  machine.slots.cleaned(slot, now);
  endIfUnfit(machine, slot, now);
  machine.pump(now);
}

export function disproved<T, R>(machine: Machine<T, R>, slot: Slot<T>, error: unknown, now: number, retryInMs?: number): void {
  machine.slots.end(slot, 'ping-failed', error, false, now);
  broke(machine, slot, now, retryInMs);
  machine.pump(now);
}

export function uncleaned<T, R>(machine: Machine<T, R>, slot: Slot<T>, error: unknown, now: number): void {
  machine.slots.end(slot, 'reset-failed', error, false, now);
  machine.pump(now);
}

export function closed<T, R>(machine: Machine<T, R>, slot: Slot<T>, now: number): void {
  machine.totals.closedFor(slot.reason ?? 'discarded');
  machine.slots.leave(slot, Event.closed, now);
  machine.pump(now);
}

/** It outlasted every limit and cannot be destroyed: nothing more can be done, and its place must not be lost for ever. */
export function abandoned<T, R>(machine: Machine<T, R>, slot: Slot<T>, now: number): void {
  machine.totals.abandoned++;
  machine.slots.leave(slot, Event.abandoned, now);
  machine.pump(now);
}
