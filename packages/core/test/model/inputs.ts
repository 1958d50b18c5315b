import { broken, suspect } from '../../src/machine/breaking.ts';
import { Deadline } from '../../src/machine/deadlines.ts';
import { activeAt } from '../../src/machine/idle-due.ts';
import * as orders from '../../src/machine/orders.ts';
import { tick } from '../../src/machine/tick.ts';
import { State } from '../../src/machine/transitions.ts';
import { Waiter } from '../../src/machine/waiters.ts';
import { answerTask, losePermit } from './answers.ts';
import type { Caller, Connection } from './books.ts';
import { type Ending, endHeld } from './leases.ts';
import type { World } from './world.ts';

/** One thing happens. */
export function randomStep(world: World): void {
  const { random, scenario } = world;
  const chance = random.next();
  if (chance < scenario.mood.answers) {
    const task = random.any(world.tasks);
    if (task !== undefined) return answerTask(world, task, false);
  }
  if (chance > 0.85) return passTime(world);
  userInput(world);
}

/** What users and connectors may do at any time, also from inside a hook or a listener. */
export function userInput(world: World): void {
  const { random, scenario } = world;
  if (random.chance(scenario.mood.orders)) return order(world);
  const which = random.below(10);
  if (which < 3) return want(world, random.pick([0, 1, 30, 30, 1000, 1000, 30_000, Infinity]));
  if (which === 3) return leave(world);
  if (which === 4) return tryAcquire(world);
  const any = random.any([...world.connections]);
  if (which === 5 && any !== undefined && random.chance(0.2)) return breaks(world, any);
  const held = random.any(world.held);
  if (held === undefined) return want(world, 1000);
  // One that was taken back by force: its holder learns of it when it looks.
  if (!world.isCurrent(held)) return void world.held.splice(world.held.indexOf(held), 1);
  endHeld(world, held, random.pick(endings));
}

const endings: readonly Ending[] = [
  'return',
  'return',
  'return',
  'return',
  'return',
  'return',
  'discard',
  'broke',
  'detach',
  'requeue',
];

let callers = 0;

export function makeWaiter(
  world: World,
  limitMs: number,
  lane: number,
  about: { readonly ofReady?: boolean; readonly longLived?: boolean; readonly prefer?: readonly (string | undefined)[] } = {},
): Waiter<Caller> {
  return new Waiter<Caller>(
    { number: ++callers, outcome: undefined },
    {
      arrival: world.machine.queue.arrival(),
      askedAt: world.now,
      limitMs,
      lane,
      prefer: about.prefer,
      longLived: about.longLived ?? false,
      ofReady: about.ofReady ?? false,
    },
  );
}

function want(world: World, limitMs: number): void {
  const { random, machine } = world;
  if (machine.state === 'closing' || machine.state === 'closed') return;
  if (random.chance(0.05)) return world.want(makeWaiter(world, limitMs, 0, { ofReady: true }));
  const lane = random.below(machine.limits.lanes);
  const longLived = random.chance(0.05);
  const prefer = random.chance(0.2) ? [random.pick(['a', 'b', undefined]), 'b'] : undefined;
  if (random.chance(0.6) && world.take(longLived, prefer)) return;
  world.want(makeWaiter(world, limitMs, lane, prefer === undefined ? { longLived } : { longLived, prefer }));
}

function leave(world: World): void {
  const waiter = world.random.any(world.random.chance(0.9) ? world.waiting : world.readyCallers);
  if (waiter === undefined) return;
  const { machine } = world;
  const left = world.input(`leave ${waiter.request.number}`, () => machine.leave(waiter, world.now));
  // If not, it is being answered already: that effect has not been performed yet.
  if (left) {
    world.forgetWaiter(waiter);
    world.answer(waiter, 'left');
    if (!waiter.ofReady) world.counts.left++;
  }
  world.settle();
}

function tryAcquire(world: World): void {
  const { machine } = world;
  if (world.take(false, undefined)) return;
  world.input('missed', () => machine.missed(world.now));
  world.settle();
}

/** The watch reports a death, of any connection at all. */
function breaks(world: World, connection: Connection): void {
  const { machine, now, random } = world;
  const { slot } = connection;
  const isNews = connection.noGood !== 'it is broken' && slot.state !== State.closing && slot.state !== State.gone;
  const retryInMs = random.pick([0, 10, 100, 1500]);
  const isUnused = connection.uses === 0 && (slot.state !== State.leased || slot === machine.offered);
  if (isNews && slot.connection === connection) world.broke(connection, now, retryInMs, isUnused);
  world.input(`broken ${slot.id} retry in ${retryInMs}`, () => broken(machine, slot, 'reset by peer', now, retryInMs));
  world.settle();
}

function order(world: World): void {
  const { random, machine, now } = world;
  const act = (name: string, decide: () => void): void => {
    world.input(name, decide);
    world.settle();
  };
  const connection = random.any([...world.connections]);
  switch (random.below(14)) {
    case 0:
      world.recycles++;
      world.probing.forgive();
      return act('recycle', () => orders.recycle(machine, now));
    case 1:
    case 2:
      world.probing.forgive();
      return act('resume', () => orders.resume(machine, now));
    case 3:
      return act('suspend', () => {
        if (machine.state === 'open') machine.state = 'suspended';
      });
    case 4: {
      const max = 1 + random.below(world.scenario.limits.max + 2);
      const min = random.below(max + 1);
      return act(`resize ${min} ${max}`, () => orders.resize(machine, min, max, now));
    }
    case 5: {
      const [max, forMs] = [random.below(machine.max + 1), random.pick([0, 10, 500, 5000])];
      return act(`lowerMax ${max} ${forMs}`, () => orders.lowerMax(machine, max, forMs, now));
    }
    case 6: {
      const forMs = random.pick([0, 10, 500]);
      world.probing.pausedUntil = Math.max(world.probing.pausedUntil, now + forMs);
      return act(`pause ${forMs}`, () => orders.pause(machine, forMs, now));
    }
    case 7:
      world.suspicions.count++;
      return act('suspect', () => suspect(machine, now));
    case 8: {
      const shed = random.below(3);
      return act(`shed ${shed}`, () => orders.shed(machine, shed, now));
    }
    case 9: {
      const limitMs = random.pick([0, 5, 30, 1000]);
      const work = new Deadline(limitMs, now + limitMs);
      world.works.push(work);
      return act('limit', () => machine.limit(work));
    }
    default:
      if (connection !== undefined) orderAbout(world, connection, act);
  }
}

/** What a connector may say about one connection of its pool. */
function orderAbout(world: World, connection: Connection, act: (name: string, decide: () => void) => void): void {
  const { random, machine, now } = world;
  const { slot } = connection;
  switch (random.below(4)) {
    case 0:
      connection.noGood ??= 'it is retired';
      return act(`retire ${slot.id}`, () => orders.retire(machine, slot, 'retired', now));
    case 1: {
      const at = now + random.pick([-1, 0, 20, 1000]);
      connection.expiresBy = Math.min(connection.expiresBy, at);
      return act(`expire ${slot.id} at ${at}`, () => orders.expireAt(machine, slot, at));
    }
    case 2: {
      const forMs = random.pick([0, 10, 400, 5000]);
      connection.parkedUntil = Math.max(connection.parkedUntil, now + forMs);
      return act(`park ${slot.id} for ${forMs}`, () => orders.park(machine, slot, forMs, now));
    }
    default:
      return losePermit(world, slot);
  }
}

export function startClosing(world: World, drainMs: number): void {
  world.closing = true;
  world.input(`close ${drainMs}`, () => orders.close(world.machine, world.now + drainMs, world.now));
  world.settle();
}

export function tickNow(world: World): void {
  world.tickedAt = world.now;
  world.input('tick', () => tick(world.machine, world.now));
  world.settle();
}

function passTime(world: World): void {
  const { random, scenario, machine } = world;
  const { stepMs, grainMs } = scenario.mood;
  const { wakeAt } = machine.timetable;
  const chance = random.next();
  if (chance < 0.2 && scenario.mood.peerLimitMs < Infinity) {
    if (!world.peerIsPatient) return peerCloses(world, scenario.mood.peerLimitMs);
    if (random.chance(0.2)) return elapse(world, 70_000, false);
  }
  // Straight to the moment something is due, which rounding must not miss.
  if (chance < 0.4 && wakeAt < Infinity) return elapse(world, Math.max(0, wakeAt - world.now), true);
  if (chance > 0.99) return elapse(world, random.pick([1e5, 1e7]), random.chance(0.8));
  const ms = random.chance(0.2) ? 0 : random.next() * 2 * stepMs;
  elapse(world, grainMs === 0 ? ms : Math.round(ms / grainMs) * grainMs, random.chance(0.6));
}

/** The peer has had enough of a connection that idled for so long; until then time passes as it should. */
function peerCloses(world: World, limitMs: number): void {
  const idle = [...world.connections].filter(({ slot }) => slot.state === State.idle);
  const oldest = idle.sort((a, b) => activeAt(a.slot) - activeAt(b.slot))[0];
  if (oldest === undefined) return;
  const until = Math.max(world.now, activeAt(oldest.slot) + limitMs);
  // The timer comes late, or the peer changes its mind.
  if (world.random.chance(0.1)) return elapse(world, until - world.now, false);
  const { known } = world.machine.slots.idleLimit;
  if (known && world.random.chance(0.1)) world.peerIsPatient = true;
  for (let rings = 0; rings < 50 && world.machine.timetable.wakeAt < until; rings++) {
    elapse(world, Math.max(0, world.machine.timetable.wakeAt - world.now), true);
  }
  elapse(world, Math.max(0, until - world.now), false);
  if (oldest.slot.state === State.idle) breaks(world, oldest);
}

/** The timer may be late: then other things happen before it rings. */
export function elapse(world: World, ms: number, rings: boolean): void {
  const { wakeAt } = world.machine.timetable;
  world.now = ms === wakeAt - world.now ? wakeAt : world.now + ms;
  // A turn that takes its time sees the time at which it began.
  if (world.now - world.turn > world.scenario.mood.lagMs || world.random.chance(0.7)) world.turn = world.now;
  if (rings) {
    world.turn = world.now;
    tickNow(world);
  }
}
