import * as answers from '../../src/machine/answers.ts';
import { lost } from '../../src/machine/breaking.ts';
import { pause } from '../../src/machine/orders.ts';
import type { Slot } from '../../src/machine/slot.ts';
import { State } from '../../src/machine/transitions.ts';
import { type Connection, connectionOf, type Task, without, wrong } from './books.ts';
import type { World } from './world.ts';

/** The outside world answers something it was asked; how, is up to `good` (always well) or to chance. */
export function answerTask(world: World, task: Task, good: boolean): void {
  without(world.tasks, task);
  const { slot, kind } = task;
  if (!world.isCurrent(task)) {
    if (kind === 'open') late(world);
    return;
  }
  const { random, scenario, machine } = world;
  const fails = !good && random.chance(kind === 'open' ? scenario.mood.opensFail : scenario.mood.checksFail);
  switch (kind) {
    case 'reserve':
      return fails ? refusePermit(world, slot) : permit(world, slot);
    case 'open':
      return fails ? openFails(world, slot, false) : opens(world, slot);
    case 'ping':
      if (fails) return disproved(world, slot);
      prove(world, connectionOf(slot));
      return finish(world, `proved ${slot.id}`, () => answers.proved(machine, slot, world.now));
    case 'reset': {
      if (fails) return uncleaned(world, slot);
      const tag = random.pick([undefined, 'a', 'b']);
      return finish(world, `cleaned ${slot.id}`, () => answers.cleaned(machine, slot, tag, world.now));
    }
    case 'close':
      return fails ? abandoned(world, slot) : closed(world, slot);
  }
}

/** A step has outlasted its limit, and the runner answers for it. */
export function answerOverdue(world: World, slot: Slot<Connection>): void {
  const { limits } = world.machine;
  const late = (limitMs: number): void => {
    if (world.now < slot.since + limitMs) wrong(`step ${slot.state} of ${slot.id} was overdue before its time`);
  };
  switch (slot.state) {
    case State.opening:
      if (!world.closing) late(limits.openTimeoutMs);
      return openFails(world, slot, true);
    case State.checking:
      late(limits.pingTimeoutMs);
      return disproved(world, slot);
    case State.resetting:
      late(limits.resetTimeoutMs);
      return uncleaned(world, slot);
    case State.closing:
      late(limits.closeTimeoutMs);
      return world.random.chance(0.5) ? closed(world, slot) : abandoned(world, slot);
    default:
  }
}

function finish(world: World, name: string, decide: () => void): void {
  world.input(name, decide);
  world.settle();
}

function permit(world: World, slot: Slot<Connection>): void {
  world.permits.add(slot);
  finish(world, `permitted ${slot.id}`, () => answers.permitted(world.machine, slot, world.now));
  if (world.random.chance(0.02)) losePermit(world, slot);
}

/** A budget that fails is asked again, but not in a busy loop. */
function refusePermit(world: World, slot: Slot<Connection>): void {
  const { machine } = world;
  world.probing.pausedUntil = Math.max(world.probing.pausedUntil, world.now + 1000);
  finish(world, `unpermitted ${slot.id}`, () => {
    pause(machine, 1000, world.now);
    if (slot.state === State.reserving) answers.unpermitted(machine, slot, world.now);
  });
}

export function losePermit(world: World, slot: Slot<Connection>): void {
  if (!world.permits.has(slot)) return;
  if (slot.state === State.opening) {
    slot.doom = 'permit-lost';
    return;
  }
  if (slot.connection !== undefined) slot.connection.noGood ??= 'its permit was lost';
  finish(world, `lost ${slot.id}`, () => lost(world.machine, slot, world.now));
}

function prove(world: World, connection: Connection): void {
  connection.provenAt = world.now;
  connection.trustedUnder = world.suspicions.count;
}

function connect(world: World, slot: Slot<Connection>): Connection {
  const { now } = world;
  const connection: Connection = {
    slot,
    recycles: world.recyclesAt.get(slot) ?? wrong(`${slot.id} was never asked for`),
    trustedUnder: world.suspicions.count,
    openedAt: now,
    provenAt: now,
    usedAt: now,
    expiresBy: Infinity,
    parkedUntil: -Infinity,
    uses: 0,
    noGood: undefined,
  };
  world.connections.add(connection);
  world.counts.opened++;
  return connection;
}

function opens(world: World, slot: Slot<Connection>): void {
  const { machine, now } = world;
  const connection = connect(world, slot);
  const tag = machine.limits.tags ? world.random.pick([undefined, 'a', 'b']) : undefined;
  world.probing.succeeded();
  if (world.probing.isWell) world.suspicions.succeeded();
  world.input(`opened ${slot.id}`, () => answers.opened(machine, slot, connection, tag, now));
  const { maxLifetimeMs } = machine.limits;
  if (slot.expiresAt < now + 0.9 * maxLifetimeMs - 1e-6 || slot.expiresAt > now + maxLifetimeMs) {
    wrong(`a lifetime of ${slot.expiresAt - now} instead of ${maxLifetimeMs}`);
  }
  connection.expiresBy = slot.expiresAt;
  world.settle();
}

const verdicts = [
  'retry',
  'retry',
  'retry',
  'fatal',
  { limitForMs: 40 },
  { limitForMs: 3000 },
  { pauseMs: 25 },
  { pauseMs: 900 },
] as const;

function openFails(world: World, slot: Slot<Connection>, timedOut: boolean): void {
  const { machine, random, now, probing } = world;
  const cancelled = world.closing;
  const verdict = timedOut ? 'retry' : random.pick(verdicts);
  const retryInMs = random.pick([0, 1, 10, 100, 1500]);
  const connection = random.chance(0.3) ? connect(world, slot) : undefined;
  if (connection !== undefined) connection.noGood = 'it was never made ready';
  world.counts.failed++;
  if (!cancelled) {
    probing.failed(slot, now + retryInMs);
    if (verdict === 'fatal') probing.fatal ||= probing.isNews(slot);
    else if (typeof verdict === 'object' && 'pauseMs' in verdict) {
      probing.pausedUntil = Math.max(probing.pausedUntil, now + verdict.pauseMs);
    }
  }
  finish(world, `openFailed ${slot.id} ${JSON.stringify(verdict)} retry in ${retryInMs}`, () =>
    answers.openFailed(machine, slot, { error: 'refused', verdict, retryInMs, connection, cancelled }, now),
  );
}

/** The runner closes by itself what arrives after its slot was given up. */
function late(world: World): void {
  world.machine.totals.opened++;
  world.machine.totals.closedFor('late');
  world.counts.opened++;
  world.counts.closed++;
}

function disproved(world: World, slot: Slot<Connection>): void {
  const connection = connectionOf(slot);
  const retryInMs = world.random.pick([0, 10, 100, 1500]);
  world.broke(connection, world.now, retryInMs, connection.uses === 0);
  finish(world, `disproved ${slot.id}`, () => answers.disproved(world.machine, slot, 'hung', world.now, retryInMs));
}

function uncleaned(world: World, slot: Slot<Connection>): void {
  connectionOf(slot).noGood = 'it is not clean';
  finish(world, `uncleaned ${slot.id}`, () => answers.uncleaned(world.machine, slot, 'dirty', world.now));
}

function closed(world: World, slot: Slot<Connection>): void {
  world.connections.delete(connectionOf(slot));
  world.counts.closed++;
  finish(world, `closed ${slot.id}`, () => answers.closed(world.machine, slot, world.now));
}

function abandoned(world: World, slot: Slot<Connection>): void {
  world.connections.delete(connectionOf(slot));
  world.counts.abandoned++;
  finish(world, `abandoned ${slot.id}`, () => answers.abandoned(world.machine, slot, world.now));
}
