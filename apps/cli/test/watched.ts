import { OpenError, type PoolStats } from '@pool/core';
import pico from 'picocolors';
import type { Shown } from '../src/render/watch-frame.ts';
import type { ConnectionRow, ConnectionState } from '../src/watch/connection-row.ts';
import type { WatchEvent, WatchFact } from '../src/watch/watch-event.ts';
import type { WatchState } from '../src/watch/watch-state.ts';

/** Without colours. */
export const plain = pico.createColors(false);

const stats: PoolStats = {
  max: 8,
  min: 4,
  effectiveMax: 8,
  reserving: 0,
  opening: 0,
  idle: 3,
  checking: 0,
  leased: 1,
  resetting: 0,
  closing: 0,
  waiting: 0,
  oldestWaitMs: 0,
  learnedIdleLimitMs: undefined,
  consecutiveFailures: 0,
  totals: {
    asked: 42,
    acquired: 42,
    waited: 0,
    waitedMs: 0,
    leasedMs: 8400,
    timedOut: 0,
    aborted: 0,
    refused: 0,
    requeued: 0,
    detached: 0,
    abandoned: 0,
    opened: 4,
    openFailed: 0,
    closed: {},
  },
};

function row(id: number | undefined, state: ConnectionState, rest: Partial<ConnectionRow> = {}): ConnectionRow {
  const ageMs = id === undefined ? undefined : 72_345;
  return { id, state, forMs: 1234, ageMs, uses: 20, attempt: 1, reason: undefined, ...rest };
}

/** One every 1.5 s. */
export function events(...facts: readonly WatchFact[]): readonly WatchEvent[] {
  // In whatever time zone.
  return facts.map((fact, index) => ({ at: new Date(2026, 10, 21, 12, 3, 1, index * 1500), ...fact }));
}

const state: WatchState = {
  name: 'tcp://127.0.0.1:22386',
  upMs: 73_000,
  pool: 'open',
  stats,
  connections: [row(1, 'leased', { forMs: 120 }), row(2, 'idle'), row(3, 'idle', { uses: 0 }), row(4, 'idle', { uses: 1234 })],
  fullness: { firstMs: 44.2, againMs: undefined, shortForMs: undefined },
  failure: undefined,
  load: { perSecond: 5, answered: 365, failed: 0, lastMs: 201.4 },
  server: { pid: 4711 },
};

export const keys = ['k kills the server', 'r replaces all connections', 'q ends'];

const wellEvents = events(
  { kind: 'open', id: 1, durationMs: 41.02, attempt: 1 },
  { kind: 'full', ready: 4, afterMs: 44.2, again: false },
  { kind: 'notice', code: 'idle-limit', detail: { estimateMs: 60_000, error: undefined } },
);
/** All is well. */
export const well: Shown = { state, events: wellEvents, keys };

const refused = new OpenError(
  "pool 'watch' could not open a connection (attempt 3): connect ECONNREFUSED",
  'watch',
  { code: 'POOL_OPEN_FAILED', step: 'open', hook: undefined, attempt: 3 },
  { cause: Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:22386'), { code: 'ECONNREFUSED' }) },
);
const reset = Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' });

const downEvents = events(
  { kind: 'full', ready: 4, afterMs: 44.2, again: false },
  { kind: 'server', change: { kind: 'gone', backInMs: 3000 } },
  { kind: 'discard', id: 1, reason: 'broken', error: reset, ageMs: 72_345, uses: 20 },
  { kind: 'requestsFail', error: reset },
  { kind: 'openError', error: refused, attempt: 3, retryInMs: 812.3 },
);
/** Its server is away. */
export const down: Shown = {
  state: {
    ...state,
    stats: { ...stats, idle: 0, leased: 0, opening: 1, closing: 2, waiting: 12, oldestWaitMs: 2345, consecutiveFailures: 3 },
    connections: [
      row(1, 'closing', { reason: 'broken' }),
      row(2, 'closing', { reason: 'ping-failed' }),
      row(undefined, 'opening', { attempt: 4, forMs: 3 }),
    ],
    fullness: { firstMs: 44.2, againMs: 1160, shortForMs: 2400 },
    failure: { error: refused, retryInMs: 0 },
    load: { perSecond: 5, answered: 365, failed: 7, lastMs: 201.4 },
    server: { pid: undefined },
  },
  events: downEvents,
  keys,
};

/** More connections than fit. */
export const many: Shown = {
  ...down,
  state: {
    ...down.state,
    connections: Array.from({ length: 40 }, (_, index) => row(index + 1, index % 4 === 0 ? 'leased' : 'idle')),
  },
};
