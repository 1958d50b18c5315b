import { resume } from '../../src/machine/orders.ts';
import { floor } from '../../src/machine/pump.ts';
import type { Waiter } from '../../src/machine/waiters.ts';
import { answerTask } from './answers.ts';
import { type Caller, type Task, type TaskKind, wrong } from './books.ts';
import { elapse, makeWaiter, startClosing } from './inputs.ts';
import { check } from './invariants.ts';
import { endHeld } from './leases.ts';
import type { World } from './world.ts';

/** How long the outside world takes when it behaves. */
const lasts: Readonly<Record<TaskKind, number>> = { reserve: 1, open: 3, ping: 1, reset: 1, close: 1 };
const heldForMs = 2;

/**
 * From now on opens succeed, pings answer, leases come back, closes finish. Then everybody who waits must be answered and `min` be
 * there again, in bounded steps and time; nobody who has time to wait may be sent away.
 */
export function behave(world: World): void {
  const { machine } = world;
  world.calm = true;
  if (machine.state === 'suspended' || machine.probing.fatal) {
    world.probing.forgive();
    world.input('resume', () => resume(machine, world.now));
    world.settle();
  }
  const proofs: Waiter<Caller>[] = [];
  const ask = (lane: number, ofReady: boolean): void => {
    const proof = makeWaiter(world, Infinity, lane, { ofReady });
    proofs.push(proof);
    world.want(proof);
  };
  // Sometimes nobody asks but for the pool to be ready.
  const lanes = world.random.chance(0.8) ? machine.limits.lanes : 0;
  for (let lane = 0; lane < lanes; lane++) ask(lane, false);
  ask(0, true);
  const isSentAway = ({ request }: Waiter<Caller>): boolean => request.outcome === 'down';
  const served = (): boolean => {
    // Whoever was sent away comes back a little later.
    for (const proof of proofs.filter((one) => isSentAway(one) && one.askedAt < world.now)) {
      proofs.splice(proofs.indexOf(proof), 1);
      ask(proof.lane, proof.ofReady);
    }
    for (const { request } of proofs) {
      const { outcome = 'served' } = request;
      if (outcome !== 'served' && outcome !== 'ready' && outcome !== 'down')
        wrong(`a caller with time to wait was refused: ${outcome}`);
    }
    return proofs.every(({ request }) => request.outcome === 'served' || request.outcome === 'ready');
  };
  const { slots } = machine;
  if (!slots.idleLimit.known && floor(machine) < Math.min(machine.min, machine.effectiveMax)) wrong('the floor is too low');
  const isRestored = (): boolean =>
    served() && world.waiting.length === 0 && world.held.length === 0 && slots.established >= floor(machine);
  goOn(world, 'somebody waits for ever, or min is not restored', isRestored, {
    comesBackIn: () => (proofs.some(isSentAway) ? 50 : Infinity),
  });
  world.calm = false;
}

/** Nothing is ever lost: whatever was opened is closed, detached or abandoned, and everybody was answered. */
export function closeAll(world: World, drainMs: number): void {
  startClosing(world, drainMs);
  check(world);
  world.calm = true;
  // With an end to the drain, leases need not come back at all.
  goOn(world, 'closing never ends', () => world.closedSeen, { leasesReturn: drainMs === Infinity });
  if (world.tasks.some((task) => world.isCurrent(task))) wrong('something is still asked for');
}

function goOn(
  world: World,
  complaint: string,
  done: () => boolean,
  { leasesReturn = true, comesBackIn = () => Infinity }: { leasesReturn?: boolean; comesBackIn?: () => number },
): void {
  const { machine } = world;
  const end = horizon(world) + 5000 + 30 * world.waiting.length;
  const pings = (4 * (end - world.now) * machine.max) / machine.limits.keepAliveMs;
  const rounds = 600 + 80 * (machine.slots.total + world.waiting.length + world.works.length) + pings;
  let ticks = 0;
  for (let round = 0; !done(); round++) {
    if (round > rounds) wrong(`${complaint}: ${rounds} rounds`);
    if (world.now > end) wrong(`${complaint}: ${world.now - end} ms later than it should`);
    if (!act(world, leasesReturn)) {
      const before = world.now;
      step(world, complaint, leasesReturn, world.now + comesBackIn());
      ticks = world.now > before ? 0 : ticks + 1;
      if (ticks > 20) wrong(`the timer rings again and again at ${world.now}`);
    }
    check(world);
  }
}

/** Does the first thing the outside world owes by now. */
function act(world: World, leasesReturn: boolean): boolean {
  const task = world.tasks.find((one) => dueAt(world, one) <= world.now);
  if (task !== undefined) {
    answerTask(world, task, true);
    return true;
  }
  const held = world.held.find((one) => !world.isCurrent(one) || (leasesReturn && one.since + heldForMs <= world.now));
  if (held === undefined) return false;
  if (world.isCurrent(held)) endHeld(world, held, 'return');
  else world.held.splice(world.held.indexOf(held), 1);
  return true;
}

/** To the next moment at which anything happens. */
function step(world: World, complaint: string, leasesReturn: boolean, latest: number): void {
  const { wakeAt } = world.machine.timetable;
  const owed = world.tasks.map((task) => dueAt(world, task));
  if (leasesReturn) owed.push(...world.held.map((held) => held.since + heldForMs));
  const next = Math.min(wakeAt, latest, ...owed);
  if (next === Infinity) wrong(`${complaint}: nothing will ever happen again`);
  const late = Math.max(next, world.now);
  elapse(world, late === wakeAt ? wakeAt - world.now : late - world.now, wakeAt <= late);
}

function dueAt(world: World, task: Task): number {
  const { limits } = world.machine;
  const limitMs = {
    reserve: Infinity,
    open: limits.openTimeoutMs,
    ping: limits.pingTimeoutMs,
    reset: limits.resetTimeoutMs,
    close: limits.closeTimeoutMs,
  }[task.kind];
  return task.since + Math.min(lasts[task.kind], limitMs / 2);
}

/** Until then something may rightly hold things up. */
function horizon(world: World): number {
  const { probing, limitUntil, timetable } = world.machine;
  let latest = Math.max(world.now, probing.pausedUntil, probing.nextOpenAt, limitUntil);
  for (const { parkedUntil } of world.connections) latest = Math.max(latest, parkedUntil);
  if (world.closing && timetable.drainBy < Infinity) latest = Math.max(latest, timetable.drainBy);
  return latest;
}
