import type { Effect } from '../../src/machine/effects.ts';
import type { Slot } from '../../src/machine/slot.ts';
import { State } from '../../src/machine/transitions.ts';
import { answerOverdue } from './answers.ts';
import { type Caller, type Connection, wrong } from './books.ts';
import { endHeld } from './leases.ts';
import type { World } from './world.ts';

/** What the runner does for each effect, without promises: what takes time becomes a task that is answered some day, or never. */
export function perform(world: World, effect: Effect<Connection, Caller>): void {
  world.trace?.push(
    `    -> ${effect.kind} ${'slot' in effect ? effect.slot.id : 'waiter' in effect ? effect.waiter.request.number : ''}`,
  );
  switch (effect.kind) {
    case 'reserve':
      if (effect.slot.state === State.reserving) world.begin('reserve', effect.slot);
      return;
    case 'unreserve':
      return dropTask(world, effect.slot, 'reserve');
    case 'open':
      if (effect.slot.state === State.opening) world.begin('open', effect.slot);
      return;
    case 'ping':
      if (effect.slot.state === State.checking) world.begin('ping', effect.slot);
      return;
    case 'reset':
      if (effect.slot.state === State.resetting) world.begin('reset', effect.slot);
      return;
    case 'close':
      return startClosing(world, effect.slot);
    case 'overdue':
      return effect.generation === effect.slot.generation ? answerOverdue(world, effect.slot) : undefined;
    case 'cancel':
    case 'retiring':
      return world.userCode();
    case 'gone':
      world.permits.delete(effect.slot);
      return world.userCode();
    case 'leak':
      return reportLeak(world, effect.slot);
    case 'refuse': {
      const { waiter, why } = effect;
      if (why === 'timeout' && world.now < waiter.dueAt) wrong('a caller was refused before its time');
      if (why === 'down' && !world.machine.limits.refuseWhenDown) wrong('a caller was refused although it would have waited');
      if (why === 'closed' && !world.closing) wrong('a caller was refused by a pool that is open');
      world.forgetWaiter(waiter);
      world.answer(waiter, why);
      if (!waiter.ofReady) world.counts.refused++;
      return world.userCode();
    }
    case 'ready':
      world.forgetWaiter(effect.waiter);
      world.answer(effect.waiter, 'ready');
      return world.userCode();
    case 'overwork': {
      const index = world.works.indexOf(effect.work);
      if (index < 0) wrong('a limit of work passed that was not set, or passed before');
      world.works.splice(index, 1);
      if (world.now < effect.work.dueAt) wrong('a limit of work passed before its time');
      return world.userCode();
    }
    case 'notice':
      return;
    case 'closed':
      if (world.closedSeen) wrong('closed twice');
      world.closedSeen = true;
      return;
  }
}

function dropTask(world: World, slot: Slot<Connection>, kind: string): void {
  const index = world.tasks.findIndex((task) => task.slot === slot && task.kind === kind);
  if (index >= 0) world.tasks.splice(index, 1);
}

function startClosing(world: World, slot: Slot<Connection>): void {
  if (slot.state !== State.closing) wrong(`closing of ${slot.id} began in state ${slot.state}`);
  if (slot.connection === undefined) wrong(`nothing to close in ${slot.id}`);
  if (world.tasks.some((task) => task.slot === slot && task.kind === 'close')) wrong(`${slot.id} is closed twice`);
  world.begin('close', slot);
  world.userCode();
}

function reportLeak(world: World, slot: Slot<Connection>): void {
  const held = world.held.find((other) => other.slot === slot && world.isCurrent(other));
  // It may have come back since.
  if (held === undefined) return;
  if (world.now - held.since < world.machine.limits.leakAfterMs) return;
  world.userCode();
  if (world.isCurrent(held) && world.random.chance(0.3)) endHeld(world, held, 'discard');
}
