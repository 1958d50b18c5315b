import type { Limits } from '../../src/machine/limits.ts';
import type { Random } from './random.ts';

/** What the outside world is like in one run. */
export interface Mood {
  /** Shares of openings, pings, resets that fail ... */
  readonly opensFail: number;
  readonly checksFail: number;
  /** ... and of connections that turn out to be dead when they are looked at. */
  readonly dead: number;
  /** How often user code that is asked something does something to the pool in the middle. */
  readonly nests: number;
  /** How often an order (resize, recycle, pause ...) comes instead of traffic. */
  readonly orders: number;
  /** How often an answer comes, as against new callers. */
  readonly answers: number;
  /** The age at which the peer closes idle connections without saying. */
  readonly peerLimitMs: number;
  /** How far time goes in one step, mostly. */
  readonly stepMs: number;
  /** How far the beginning of a turn may lie behind the time: what is due may be seen that much later. */
  readonly lagMs: number;
  /** Times are multiples of this share of a millisecond; 0: anything. */
  readonly grainMs: number;
}

export interface Scenario {
  readonly limits: Limits;
  readonly mood: Mood;
}

const never = Infinity;

/** small: a few connections, everything is tried · large: some dozens · learning: a peer that closes what idles for too long */
export type Kind = 'small' | 'large' | 'learning';

export function randomScenario(random: Random, kind: Kind): Scenario {
  const scenario = anyScenario(random, kind === 'large');
  if (kind !== 'learning') return scenario;
  const { limits, mood } = scenario;
  const calm = { idleTimeoutMs: never, maxLifetimeMs: never, openTimeoutMs: 1000, learnsIdleLimit: true };
  const peaceful = { opensFail: 0.02, dead: 0, orders: 0.02, answers: 0.5, peerLimitMs: random.pick([25, 200]) };
  return { limits: { ...limits, ...calm }, mood: { ...mood, ...peaceful } };
}

function anyScenario(random: Random, large: boolean): Scenario {
  const max = large ? 20 + random.below(30) : 1 + random.below(random.pick([1, 2, 3, 6, 8]));
  const pings = random.chance(0.6);
  const seldom = <V>(usual: V, others: readonly V[]): V => (random.chance(0.6) ? usual : random.pick(others));
  return {
    limits: {
      min: random.chance(0.4) ? 0 : random.below(max + 1),
      max,
      maxWaiting: never,
      lanes: seldom(1, [2, 3]),
      openTimeoutMs: seldom(1000, [0, 1, 40, never]),
      pingTimeoutMs: seldom(500, [0, 1, 20, never]),
      resetTimeoutMs: seldom(500, [0, 1, 20, never]),
      closeTimeoutMs: seldom(500, [0, 1, 20, never]),
      idleTimeoutMs: seldom(never, [0, 5, 100, 3000]),
      maxLifetimeMs: seldom(never, [20, 300, 20_000]),
      maxUses: seldom(never, [1, 2, 5]),
      pingAfterIdleMs: pings ? seldom(never, [0, 1, 30, 1000]) : never,
      keepAliveMs: pings ? seldom(never, [5, 60, 2000]) : never,
      leakAfterMs: seldom(60_000, [0, 3, 200, never]),
      order: random.pick(['lifo', 'fifo']),
      refuseWhenDown: random.chance(0.25),
      pings,
      resets: random.chance(0.3),
      tags: random.chance(0.3),
      learnsIdleLimit: random.chance(0.4),
      budgeted: random.chance(0.35),
      random: random.next,
    },
    mood: {
      opensFail: random.pick([0, 0.05, 0.3, 0.9, 1]),
      checksFail: random.pick([0, 0.05, 0.4]),
      dead: random.pick([0, 0.05, 0.3]),
      nests: random.pick([0, 0, 0.05, 0.3]),
      orders: random.pick([0, 0.02, 0.1, 0.3]),
      answers: random.pick([0.1, 0.3, 0.5]),
      peerLimitMs: random.pick([never, never, 25, 200]),
      stepMs: random.pick([0.5, 3, 30, 400]),
      lagMs: random.pick([0, 1]),
      grainMs: random.pick([0, 1 / 8, 1]),
    },
  };
}
