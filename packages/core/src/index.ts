export { type Backoff, constant, type ExponentialOptions, exponential } from './backoff.ts';
export type { Budget, BudgetHolder, Membership, Permit } from './budget.ts';
export { type Alarm, type Clock, systemClock } from './clock.ts';
export { ConnectionBudget } from './connection-budget.ts';
export {
  type CloseContext,
  type CloseReason,
  type Connector,
  type InitHook,
  type OpenContext,
  type OpenVerdict,
  type PingContext,
  type PoolControl,
  sequence,
} from './connector.ts';
export {
  AcquireTimeoutError,
  ConnectionError,
  isConnectionError,
  isPoolError,
  LeaseEndedError,
  OpenError,
  OptionsError,
  PoolClosedError,
  PoolError,
  QueueFullError,
  StepTimeoutError,
  WorkTimeoutError,
} from './errors.ts';
export type { ConnectionInfo, PoolEvents } from './events.ts';
export { KeyedPool, type KeyedPoolOptions } from './keyed-pool.ts';
export type { AcquireOptions, Lease, LeaseRequest, UseContext, UseOptions } from './lease.ts';
export { type ErrorMatcher, matches } from './matchers.ts';
export { OpenRateLimit } from './open-rate-limit.ts';
export type { KeepAliveOptions, PoolOptions } from './options.ts';
export { type CloseOptions, Pool } from './pool.ts';
export { type RetryEvent, type RetryOptions, retry } from './retry.ts';
export type { CloseReport } from './run/close-pool.ts';
export type { Holder } from './run/describe.ts';
export type { PoolStats, PoolTotals } from './stats.ts';
