import { floor } from '../../src/machine/pump.ts';
import { wrong } from './books.ts';
import type { World } from './world.ts';

/** How many more should be opening, by the rules in words: up to min always; and for callers that returns will not serve. */
export function wanted(world: World): number {
  const { machine } = world;
  const { slots } = machine;
  return Math.min(Math.max(floor(machine) - slots.live, unserved(world)), machine.effectiveMax - slots.total);
}

/** Callers for whom something should be opened. */
function unserved(world: World): number {
  const { machine, now } = world;
  const { slots, averages, queue } = machine;
  const coming = slots.reserving.size + slots.opening.size;
  const helpless = queue.waiters.size - coming - slots.checking.size - slots.resetting.size;
  const first = queue.waiters.oldest?.askedAt ?? Infinity;
  // Whoever waits for longer than an opening takes was promised too much.
  const least = coming === 0 && now >= first + averages.openMs ? 1 : -Infinity;
  return Math.max(least, helpless - servedByReturns(world));
}

/** Those that returning connections will have served before an opening could. */
function servedByReturns(world: World): number {
  const { machine, now, scenario } = world;
  const { slots, averages } = machine;
  const { holdMs, openMs } = averages;
  if (holdMs < 0 || holdMs >= openMs) return 0;
  const soonMs = Math.max(1, 4 * holdMs);
  let returning = slots.resetting.size;
  for (const slot of slots.leasedSlots()) {
    if (!slot.longLived && now - scenario.mood.lagMs < slot.since + soonMs) returning++;
  }
  return returning * Math.floor(openMs / Math.max(holdMs, 0.001));
}

/** Something new was asked for: it must not be more than anybody needs. */
export function mustBeNeeded(world: World): void {
  const { machine, now } = world;
  const { slots, averages, queue } = machine;
  const coming = slots.reserving.size + slots.opening.size;
  if (coming > machine.probing.windowFor(queue.waiters.size) && slots.reserving.size > 0)
    wrong('more permits are asked for than may be used');
  const established = slots.live - coming;
  // One for a caller that did not wait, when nothing is idle.
  let needed = Math.max(slots.idle.size === 0 ? 1 : 0, floor(machine) - established);
  let helpless = queue.waiters.size - slots.checking.size - slots.resetting.size;
  const isOverdue = (queue.waiters.oldest?.askedAt ?? Infinity) + averages.openMs <= now;
  needed = Math.max(needed, isOverdue ? 1 : 0);
  if (averages.returnsAreSooner) {
    const each = Math.floor(averages.openMs / Math.max(averages.holdMs, 0.001));
    helpless -= slots.leased.size * each + slots.resetting.size * (each - 1);
  }
  needed = Math.max(needed, helpless);
  if (coming > needed) wrong(`${coming} are on their way, and ${needed} are needed`);
}
