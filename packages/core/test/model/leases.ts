import { Waiter } from '../../src/machine/waiters.ts';
import { type Caller, type Held, without, wrong } from './books.ts';
import type { World } from './world.ts';

export type Ending = 'return' | 'discard' | 'broke' | 'detach' | 'requeue';

/** A lease ends, as the runner ends it. */
export function endHeld(world: World, held: Held, how: Ending): void {
  const { machine } = world;
  const { slot, connection } = held;
  if (!world.isCurrent(held)) wrong('a lease that has ended was ended');
  without(world.held, held);
  const seen = connection.noGood === 'it is broken';
  if (how === 'return' && (seen || (!world.calm && world.random.chance(world.scenario.mood.dead))))
    return discard(world, held, true);
  switch (how) {
    case 'return':
      slot.tag = world.random.pick([undefined, 'a', 'b']);
      world.input(`returned ${slot.id}`, () => {
        connection.usedAt = world.turn;
        world.probing.used();
        machine.returned(slot, world.turn);
      });
      return world.settle();
    case 'discard':
    case 'broke':
      return discard(world, held, how === 'broke');
    case 'detach':
      world.connections.delete(connection);
      world.counts.detached++;
      world.input(`detached ${slot.id}`, () => machine.detached(slot, world.now));
      return world.settle();
    case 'requeue':
      return requeue(world, held);
  }
}

function discard(world: World, held: Held, broke: boolean): void {
  const { slot, connection } = held;
  const counts = broke && connection.noGood !== 'it is broken';
  if (counts) world.broke(connection, world.now, 0, false);
  connection.noGood = broke ? 'it is broken' : (connection.noGood ?? 'it was given up');
  world.input(`discarded ${slot.id}`, () => world.machine.discarded(slot, 'discarded', undefined, counts, world.now));
  world.settle();
}

function requeue(world: World, held: Held): void {
  const { slot, waiter } = held;
  const place = waiter ?? {
    arrival: 0,
    askedAt: slot.since,
    limitMs: 5000,
    lane: world.random.below(world.machine.limits.lanes),
    prefer: undefined,
  };
  const { arrival, askedAt, limitMs, lane, prefer } = place;
  const caller: Caller = { number: 0, outcome: undefined };
  world.counts.served--;
  const again = { arrival, askedAt, limitMs, lane, prefer, longLived: slot.longLived, ofReady: false };
  world.join(new Waiter<Caller>(caller, again));
  discard(world, held, false);
}
