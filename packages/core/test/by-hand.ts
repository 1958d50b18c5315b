import * as answers from '../src/machine/answers.ts';
import type { Effect, SlotEffect } from '../src/machine/effects.ts';
import type { Limits } from '../src/machine/limits.ts';
import { Machine } from '../src/machine/machine.ts';
import type { Slot } from '../src/machine/slot.ts';
import { Waiter } from '../src/machine/waiters.ts';

/** The machine, asked by hand: without promises, without time. */
export type M = Machine<string, string>;

const never = Infinity;

export function machineOf(limits: Partial<Limits> = {}): M {
  return new Machine<string, string>({
    min: 0,
    max: 5,
    maxWaiting: never,
    lanes: 1,
    openTimeoutMs: 1000,
    pingTimeoutMs: 500,
    resetTimeoutMs: 500,
    closeTimeoutMs: 500,
    idleTimeoutMs: never,
    maxLifetimeMs: never,
    maxUses: never,
    pingAfterIdleMs: never,
    keepAliveMs: never,
    leakAfterMs: never,
    order: 'lifo',
    refuseWhenDown: false,
    pings: false,
    resets: false,
    tags: false,
    learnsIdleLimit: false,
    budgeted: false,
    random: () => 0,
    ...limits,
  });
}

/** What the machine wanted done since this was last asked. */
export function effects(machine: M): Effect<string, string>[] {
  return machine.effects.splice(0);
}

export function kinds(machine: M): string {
  return effects(machine)
    .map(({ kind }) => kind)
    .join(' ');
}

export function slotsTo(machine: M, kind: SlotEffect<string>['kind']): Slot<string>[] {
  return effects(machine).flatMap((effect) => (effect.kind === kind ? [effect.slot] : []));
}

let arrivals = 0;

export function want(
  machine: M,
  now: number,
  about: { limitMs?: number; arrival?: number; ofReady?: boolean; name?: string } = {},
): Waiter<string> {
  const { limitMs = never, arrival = ++arrivals, ofReady = false, name = 'caller' } = about;
  const asked = { arrival, askedAt: now, limitMs, lane: 0, prefer: undefined, longLived: false, ofReady };
  const waiter = new Waiter(name, asked);
  machine.want(waiter, now);
  return waiter;
}

/** Connections that idle since `now`, in the order in which they were opened: the last one would be lent first. */
export function opened(machine: M, count: number, now: number): Slot<string>[] {
  for (let one = 0; one < count; one++) want(machine, now);
  const slots = slotsTo(machine, 'open');
  for (const slot of slots) answers.opened(machine, slot, `c${slot.id}`, undefined, now);
  for (let slot = machine.offered; slot !== undefined; slot = machine.offered) machine.accepted(slot, now);
  for (const slot of slots) machine.returned(slot, now);
  for (const slot of machine.slots.resetting) answers.cleaned(machine, slot, undefined, now);
  effects(machine);
  if (machine.slots.idle.size !== count) throw new Error('not all of them are idle');
  return slots;
}

export const refused = { error: 'refused', verdict: 'retry', retryInMs: 100 } as const;

/** An opening that began because somebody wanted one; it is not answered yet. */
export function opening(machine: M, now: number): Slot<string> {
  want(machine, now);
  return slotsTo(machine, 'open')[0] as Slot<string>;
}
