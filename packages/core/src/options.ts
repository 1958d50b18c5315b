import type { Backoff } from './backoff.ts';
import { exponential } from './backoff.ts';
import type { Budget } from './budget.ts';
import { type Clock, systemClock } from './clock.ts';
import type { InitHook, PingContext } from './connector.ts';
import { OptionsError } from './errors.ts';
import { areMatchers, type ErrorMatcher } from './matchers.ts';

/** Numbers of milliseconds end in Ms; 0 means zero, `Infinity` means never. */
export interface PoolOptions<T> {
  /** Most connections at once, opening and closing ones included. Integer >= 1. Required: nobody can guess it. */
  readonly max: number;
  /** Kept open even when idle, from the start. Integer, 0 to `max`. `min === max` is an always-full pool. @default 0 */
  readonly min?: number;
  /** For errors, events and logs. @default 'pool-1', 'pool-2', … */
  readonly name?: string;
  /** Run in order on every new connection, before its first lend. @default [] */
  readonly init?: InitHook<T> | readonly InitHook<T>[];
  /** Round trips on idle connections. @default none */
  readonly keepAlive?: KeepAliveOptions<T>;
  /** For the whole wait for a lease, whatever it waits for; counted from the call. @default 30_000 */
  readonly acquireTimeoutMs?: number;
  /** For opening plus all init hooks together; counted from the call of `open`. @default 10_000 */
  readonly openTimeoutMs?: number;
  /** For closing one connection; then it is destroyed. @default 5_000 */
  readonly closeTimeoutMs?: number;
  /** Idle connections above `min` are closed after this; counted from their last return. @default 60_000 */
  readonly idleTimeoutMs?: number;
  /** Counted from the end of its opening; shortened by up to a tenth per connection, so that they do not all end together. @default Infinity */
  readonly maxLifetimeMs?: number;
  /** Lends per connection. Integer >= 1. @default Infinity */
  readonly maxUses?: number;
  /** Callers allowed to queue; the next one gets QueueFullError. Integer >= 0. @default Infinity */
  readonly maxWaiting?: number;
  /** For one ping. @default 5_000 */
  readonly pingTimeoutMs?: number;
  /** For one reset. @default 5_000 */
  readonly resetTimeoutMs?: number;
  /** Ping before lending what has been idle at least this long. 0: always. Needs a ping. @default Infinity */
  readonly pingAfterIdleMs?: number;
  /** `'lifo'` lets spare connections age out; `'fifo'` spreads use evenly. @default 'lifo' */
  readonly order?: 'lifo' | 'fifo';
  /** Delay after a failed open. @default exponential({ initialMs: 100, maxMs: 30_000 }) */
  readonly openBackoff?: Backoff;
  /** Errors leaving `use` that cost the connection its place, besides ConnectionError and the connector's `brokenBy`. @default [] */
  readonly discardOn?: readonly ErrorMatcher[];
  /** Failures to open that waiting cannot cure (a bad password), besides the connector's verdict; matched on the original error. @default [] */
  readonly rejectOn?: readonly ErrorMatcher[];
  /** Lanes of the queue. Integer >= 1. @default 1 */
  readonly priorities?: number;
  /** While opens fail and nothing is idle: wait for recovery until the acquire limit, or refuse at once. @default 'wait' */
  readonly whenDown?: 'wait' | 'refuse';
  /** Report a lease held longer than this; with where it was acquired once a first leak was seen. @default 60_000 */
  readonly leakAfterMs?: number;
  /** Learn at what age the peer closes idle connections, and ping or replace them before. @default 'learn' */
  readonly idleLimit?: 'learn' | 'off';
  /** Name, in a timeout, the connection that the caller itself holds while it waits for another. Costs context tracking. @default false */
  readonly nestedCheck?: boolean;
  /** Limits shared with other pools. @default none */
  readonly budget?: Budget | readonly Budget[];
  /** @default the system's monotonic clock */
  readonly clock?: Clock;
}

export interface KeepAliveOptions<T> {
  /** Per idle connection, counted from its last use or ping; jittered, so that pings do not come in bursts. > 0. */
  readonly intervalMs: number;
  /** @default the connector's ping */
  readonly ping?: (connection: T, context: PingContext) => void | PromiseLike<void>;
}

/** Every option with its value, as the pool goes by it. */
export type ResolvedOptions<T> = Required<Omit<PoolOptions<T>, 'keepAlive' | 'init' | 'budget'>> & {
  readonly budget: readonly Budget[];
  readonly keepAlive: KeepAliveOptions<T> | undefined;
  readonly init: readonly InitHook<T>[];
};

interface Rule {
  /** Called for the value when the option is not given; `required` when it must be. */
  readonly fallback: () => unknown;
  readonly accepts: (value: unknown) => boolean;
  readonly wants: string;
}

const required = (): never => {
  throw new Error('unreachable: required options are checked before their fallback is asked');
};
const duration = (fallback: number): Rule => ({
  fallback: () => fallback,
  accepts: (value) => typeof value === 'number' && value >= 0,
  wants: 'a number of milliseconds >= 0 (Infinity: never)',
});
const count = (least: number, fallback: () => unknown, infinite: boolean): Rule => ({
  fallback,
  accepts: (value) => (Number.isSafeInteger(value) || (infinite && value === Infinity)) && (value as number) >= least,
  wants: `an integer >= ${least}${infinite ? ' or Infinity' : ''}`,
});
const oneOf = (...values: readonly string[]): Rule => ({
  fallback: () => values[0],
  accepts: (value) => values.includes(value as string),
  wants: values.map((value) => `'${value}'`).join(' or '),
});
const matchers: Rule = {
  fallback: () => [],
  accepts: areMatchers,
  wants: 'an array of error classes or functions',
};
const isFunction = (value: unknown): boolean => typeof value === 'function';
const hasMethods = (value: unknown, ...names: readonly string[]): boolean =>
  typeof value === 'object' && value !== null && names.every((name) => isFunction((value as Record<string, unknown>)[name]));
const isBudget = (value: unknown): boolean => hasMethods(value, 'join', 'reserve');

let poolsNamed = 0;

/** The one place that knows what each option may be and what it is when it is not given. */
const rules: Readonly<Record<keyof PoolOptions<unknown>, Rule>> = {
  max: count(1, required, false),
  min: count(0, () => 0, false),
  name: {
    fallback: () => `pool-${++poolsNamed}`,
    accepts: (value) => typeof value === 'string' && value !== '',
    wants: 'a string that is not empty',
  },
  init: {
    fallback: () => [],
    accepts: (value) => isFunction(value) || (Array.isArray(value) && value.every(isFunction)),
    wants: 'a function or an array of functions',
  },
  keepAlive: {
    fallback: () => undefined,
    accepts: (value) => typeof value === 'object' && value !== null && 'intervalMs' in value,
    wants: 'an object with intervalMs',
  },
  acquireTimeoutMs: duration(30_000),
  openTimeoutMs: duration(10_000),
  closeTimeoutMs: duration(5_000),
  idleTimeoutMs: duration(60_000),
  maxLifetimeMs: duration(Infinity),
  maxUses: count(1, () => Infinity, true),
  maxWaiting: count(0, () => Infinity, true),
  pingTimeoutMs: duration(5_000),
  resetTimeoutMs: duration(5_000),
  pingAfterIdleMs: duration(Infinity),
  order: oneOf('lifo', 'fifo'),
  openBackoff: { fallback: () => exponential(), accepts: isFunction, wants: 'a function of the attempt' },
  discardOn: matchers,
  rejectOn: matchers,
  priorities: count(1, () => 1, false),
  whenDown: oneOf('wait', 'refuse'),
  leakAfterMs: duration(60_000),
  idleLimit: oneOf('learn', 'off'),
  nestedCheck: { fallback: () => false, accepts: (value) => typeof value === 'boolean', wants: 'true or false' },
  budget: {
    fallback: () => [],
    accepts: (value) => (Array.isArray(value) ? value.every(isBudget) : isBudget(value)),
    wants: 'a budget (an object with join() and reserve()) or an array of them',
  },
  clock: {
    fallback: () => systemClock,
    accepts: (value) => hasMethods(value, 'now', 'schedule'),
    wants: 'an object with now() and schedule()',
  },
};

const everyRule = Object.entries(rules);

/** @throws OptionsError naming the first option that is missing, unknown or impossible, and its value */
export function resolveOptions<T>(options: PoolOptions<T>, canPing: boolean): ResolvedOptions<T> {
  if (typeof options !== 'object' || options === null) {
    throw new OptionsError('max', `a pool needs options, at least { max }, not ${show(options)}`);
  }
  for (const name of Object.keys(options)) {
    if (!Object.hasOwn(rules, name)) {
      // Not its value: what is unknown here may be a password meant for the connector.
      throw new OptionsError(name, `unknown option '${name}'; known are ${Object.keys(rules).join(', ')}`);
    }
  }
  const resolved: Record<string, unknown> = {};
  for (const [name, rule] of everyRule) {
    const given = options[name as keyof typeof options];
    if (given === undefined && rule.fallback !== required) resolved[name] = rule.fallback();
    else resolved[name] = checked(name, given, rule.accepts(given), rule.wants);
  }
  const init = resolved.init as InitHook<T> | readonly InitHook<T>[];
  const result = {
    ...resolved,
    init: Array.isArray(init) ? init : [init],
    budget: [resolved.budget].flat(),
  } as unknown as ResolvedOptions<T>;
  const { keepAlive, min, max } = result;
  checkLimits(min, max);
  if (keepAlive !== undefined) {
    const { intervalMs, ping } = keepAlive;
    checked('keepAlive.intervalMs', intervalMs, typeof intervalMs === 'number' && intervalMs > 0, 'a number of milliseconds > 0');
    checked('keepAlive.ping', ping, ping === undefined || isFunction(ping), 'a function');
  }
  if (!canPing && keepAlive !== undefined && keepAlive.ping === undefined) {
    throw new OptionsError('keepAlive', 'keepAlive needs a ping: the connector has none, so give keepAlive.ping');
  }
  if (!canPing && keepAlive?.ping === undefined && result.pingAfterIdleMs !== Infinity) {
    throw new OptionsError('pingAfterIdleMs', 'pingAfterIdleMs needs a ping: the connector has none');
  }
  return result;
}

/** Also for `resize`. */
export function checkLimits(min: number, max: number): void {
  checked('max', max, rules.max.accepts(max), rules.max.wants);
  checked('min', min, rules.min.accepts(min), rules.min.wants);
  if (min > max) throw new OptionsError('min', `min must be at most max (${max}), not ${min}`);
}

/** For options of a single call. */
export function checked<V>(name: string, value: V, ok: boolean, wants: string): V {
  if (!ok) throw new OptionsError(name, `option '${name}' must be ${wants}, not ${show(value)}`);
  return value;
}

export function checkDuration(name: string, value: number): number {
  return checked(name, value, typeof value === 'number' && value >= 0, 'a number of milliseconds >= 0 (Infinity: never)');
}

/** Values are named by what they are where printing them whole could print a secret. */
function show(value: unknown): string {
  if (typeof value === 'string') return `'${value}'`;
  return typeof value === 'object' && value !== null ? 'an object' : typeof value === 'function' ? 'a function' : String(value);
}
