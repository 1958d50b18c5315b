import { pingAt, safeUntil } from '../../src/machine/idle-due.ts';
import { floor } from '../../src/machine/pump.ts';
import type { SlotList } from '../../src/machine/slot-list.ts';
import { State } from '../../src/machine/transitions.ts';
import { type Connection, wrong } from './books.ts';
import { wanted } from './demand.ts';
import type { World } from './world.ts';

/** All that must be so whenever the machine has been asked something and its effects are performed. */
export function check(world: World): void {
  const { machine } = world;
  if (machine.offered !== undefined || machine.effects.length > 0) wrong('effects were left over');
  containers(world);
  counters(world);
  callers(world);
  if (machine.state === 'closed') return nothingLeft(world);
  if (world.closedSeen) wrong('a closed pool came back to life');
  if (machine.state === 'closing' && machine.slots.total === 0) wrong('nothing is left to close, and the pool is not closed');
  dues(world);
  if (machine.state === 'open') {
    noneIdleWhileSomebodyWaits(world);
    enoughOpening(world);
    nothingLeftToDo(world);
  }
}

/** Asked again in the same moment the pump has nothing to add: it does not change its mind. */
function nothingLeftToDo(world: World): void {
  const { machine, now } = world;
  if (machine.timetable.wakeAt <= now || world.random.chance(0.9)) return;
  machine.pump(now);
  const { kind } = machine.effects[0] ?? {};
  // A connection that comes back while nobody waits is not worth a pump: what it makes superfluous goes with the next one.
  if (kind === 'unreserve' && machine.queue.size === 0) return world.settle();
  if (machine.offered !== undefined || kind !== undefined)
    wrong(`the pump had not finished: ${kind ?? 'it offers a connection'}`);
}

/** Each slot stands in the one container of its state, and nowhere else. */
function containers(world: World): void {
  const { slots } = world.machine;
  const { idle } = slots;
  let count = walk(world, slots.reserving, State.reserving) + walk(world, slots.opening, State.opening);
  count += walk(world, idle.ready, State.idle) + walk(world, idle.suspect, State.idle) + walk(world, idle.parked, State.idle);
  count += walk(world, slots.checking, State.checking) + walk(world, slots.resetting, State.resetting);
  count += walk(world, slots.leased, State.leased) + walk(world, slots.leasedLong, State.leased);
  count += walk(world, slots.closing, State.closing);
  for (const slot of world.slots) {
    if (slot.state !== State.gone) continue;
    world.slots.delete(slot);
    if (slot.list !== undefined || slot.dueIndex >= 0 || slot.connection !== undefined)
      wrong(`${slot.id} is gone and still kept`);
  }
  if (count !== world.slots.size || count !== slots.total)
    wrong(`${count} slots in lists, ${world.slots.size} known, ${slots.total} counted`);
  if (!world.machine.limits.tags) return;
  for (const tag of ['a', 'b', undefined]) {
    const chosen = idle.choose([tag]);
    if (chosen !== undefined && chosen.list !== idle.ready) wrong('a slot is chosen by its tag that is not ready');
    if (chosen?.tag !== tag && [...idle.ready].some((slot) => slot.tag === tag))
      wrong(`the ready slot with tag ${tag} is not found`);
  }
}

function walk(world: World, list: SlotList<Connection>, state: State): number {
  let count = 0;
  let before: typeof list.head;
  for (let slot = list.head; slot !== undefined; slot = slot.next) {
    if (slot.state !== state) wrong(`${slot.id} is in state ${slot.state} and stands among those in ${state}`);
    if (slot.list !== list || slot.prev !== before) wrong(`the links of ${slot.id} are wrong`);
    if (!world.slots.has(slot)) wrong(`${slot.id} came from nowhere`);
    if (state > State.opening && slot.connection?.slot !== slot) wrong(`${slot.id} has no connection of its own`);
    if (state > State.opening && !world.connections.has(slot.connection as Connection))
      wrong(`the connection of ${slot.id} is gone`);
    before = slot;
    count++;
  }
  if (list.tail !== before || list.size !== count) wrong('a list does not end where it should');
  return count;
}

function counters(world: World): void {
  const { machine, counts } = world;
  const { totals, slots } = machine;
  let closed = 0;
  for (const one of totals.closed.values()) closed += one;
  if (totals.opened !== counts.opened || totals.openFailed !== counts.failed) wrong('opens are counted wrong');
  if (closed !== counts.closed || totals.detached !== counts.detached || totals.abandoned !== counts.abandoned)
    wrong('ends are counted wrong');
  const there = slots.established + slots.closing.size;
  if (there !== totals.opened - closed - totals.detached - totals.abandoned) wrong('a connection is lost, or one too many');
  if (there !== world.connections.size) wrong(`${there} connections instead of ${world.connections.size}`);
  if (slots.suspicion !== world.suspicions.count) wrong(`${slots.suspicion} suspicions instead of ${world.suspicions.count}`);
  if (machine.probing.failures !== world.probing.failures)
    wrong(`${machine.probing.failures} failures instead of ${world.probing.failures}`);
  if (machine.probing.fatal !== world.probing.fatal) wrong('fatal or not');
  // Leases: exactly those that were given out and have not ended.
  const held = world.held.filter((one) => world.isCurrent(one));
  if (held.length !== slots.leasedCount) wrong(`${slots.leasedCount} leased, ${held.length} held`);
  for (const { slot, connection } of held)
    if (slot.uses !== connection.uses) wrong(`${slot.uses} uses instead of ${connection.uses}`);
  if (machine.limits.budgeted) {
    for (const slot of world.slots) {
      if (slot.state !== State.gone && world.permits.has(slot) !== slot.state > State.reserving)
        wrong(`the permit of ${slot.id} is wrong`);
    }
    if (world.permits.size !== slots.total - slots.reserving.size) wrong('a permit was kept');
  }
}

function callers(world: World): void {
  const { queue } = world.machine;
  const { counts, waiting, readyCallers } = world;
  if (queue.waiters.size !== waiting.length || queue.readyCallers.size !== readyCallers.length)
    wrong('the queue has another length');
  if (queue.waiters.head !== waiting[0]) wrong('somebody else is at the head of the queue');
  for (const waiter of waiting)
    if (!waiter.waiting || waiter.request.outcome !== undefined) wrong('somebody waits who was answered');
  if (counts.asked !== counts.served + counts.refused + counts.left + waiting.length) wrong('a caller is lost');
}

function nothingLeft(world: World): void {
  const { machine } = world;
  if (!world.closing || !world.closedSeen) wrong('closed by itself, or without a word');
  if (machine.slots.total > 0 || world.connections.size > 0 || world.permits.size > 0) wrong('closed, and something is left');
  if (machine.queue.size > 0) wrong('closed, and somebody waits');
}

/** The one timer is set for whatever is due first, or earlier. */
function dues(world: World): void {
  const { machine, tickedAt } = world;
  const { limits, slots, timetable, probing } = machine;
  const { wakeAt } = timetable;
  const by = (at: number, what: string): void => {
    if (wakeAt > at + world.scenario.mood.lagMs) wrong(`${what} is due at ${at}, and the timer is set for ${wakeAt}`);
  };
  for (const slot of slots.opening) by(slot.since + limits.openTimeoutMs, 'an opening');
  for (const slot of slots.checking) by(slot.since + limits.pingTimeoutMs, 'a ping');
  for (const slot of slots.resetting) by(slot.since + limits.resetTimeoutMs, 'a reset');
  for (const slot of slots.closing) by(slot.since + limits.closeTimeoutMs, 'a closing');
  const idleAgain = tickedAt + Math.max(limits.idleTimeoutMs, 1000);
  for (const slot of slots.idle) {
    // Lending asks nothing else before that.
    if (slot.dueAt > Math.min(slot.expiresAt, safeUntil(slots, slot))) wrong(`${slot.id} would be lent although it is over`);
    by(slot.expiresAt, 'a lifetime');
    by(pingAt(slot), 'a keep-alive ping');
    by(safeUntil(slots, slot), 'the idle limit of the peer');
    if (slots.live > floor(machine)) by(Math.max(slot.usedAt + limits.idleTimeoutMs, idleAgain), 'an idle timeout');
    const isParked = slot.list === slots.idle.parked && !slot.testing && world.now < slot.expiresAt;
    if (isParked) by(slot.parkedUntil, 'an end of parking');
  }
  for (const slot of slots.leasedSlots()) {
    if (slot.doom === undefined) by(slot.expiresAt, 'a lifetime of a leased one');
    if (!slot.longLived && !slot.reported) by(slot.since + limits.leakAfterMs, 'a leak');
  }
  for (const waiter of world.waiting) by(waiter.dueAt, 'a caller');
  for (const waiter of world.readyCallers) by(waiter.dueAt, 'a caller of ready()');
  for (const work of world.works) by(work.dueAt, 'work');
  if (machine.limitMax !== Infinity) by(machine.limitUntil, 'a lower max');
  if (machine.state === 'closing' && slots.leasedCount > 0) by(timetable.drainBy, 'the end of the drain');
  if (machine.state === 'open' && !probing.fatal && wanted(world) > 0 && world.now < probing.opensAt())
    by(probing.opensAt(), 'the next opening');
}

/** A connection that may be lent and somebody who waits do not exist side by side. */
function noneIdleWhileSomebodyWaits(world: World): void {
  const { machine, now } = world;
  const { idle, checking } = machine.slots;
  if (world.waiting.length === 0) return;
  const { limits, slots } = machine;
  for (const slot of idle.ready) {
    const activeAt = Math.max(slot.usedAt, slot.provenAt);
    const mustBePinged = limits.pings && now - activeAt >= limits.pingAfterIdleMs;
    if (now < slot.expiresAt && now < safeUntil(slots, slot) && !mustBePinged)
      wrong(`${slot.id} could be lent, and somebody waits`);
  }
  const due = machine.timetable.wakeAt <= now;
  for (const slot of idle.parked)
    if (slot.parkedUntil <= now && !due && !slot.testing) wrong(`${slot.id} is parked for too long`);
  for (const slot of idle.suspect) {
    const connection = slot.connection as Connection;
    const isDistrusted = connection.trustedUnder !== world.suspicions.count;
    const isStale = now - Math.max(slot.usedAt, slot.provenAt) >= Math.min(limits.pingAfterIdleMs, slots.idleLimit.safeMs);
    if (!isDistrusted && !isStale) wrong(`${slot.id} is suspect for no reason`);
  }
  if (checking.size < world.waiting.length && idle.suspect.size > 0) wrong('suspect ones are not pinged though somebody waits');
}

function enoughOpening(world: World): void {
  const { machine, now } = world;
  const { probing, slots, timetable } = machine;
  if (probing.fatal || now < probing.opensAt() || timetable.wakeAt <= now) return;
  const room = probing.windowFor(machine.queue.waiters.size) - slots.opening.size - slots.reserving.size;
  const missing = Math.min(wanted(world), room);
  if (missing > 0) wrong(`${missing} more should be opening`);
}
