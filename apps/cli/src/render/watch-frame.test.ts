import { stripVTControlCharacters } from 'node:util';
import { OpenError, type PoolStats } from '@pool/core';
import pico from 'picocolors';
import { describe, expect, it } from 'vitest';
import type { ConnectionRow, ConnectionState } from '../watch/connection-row.ts';
import type { WatchEvent, WatchFact } from '../watch/watch-event.ts';
import type { WatchState } from '../watch/watch-state.ts';
import { type Shown, watchFrame } from './watch-frame.ts';

const plain = pico.createColors(false);

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
function events(...facts: readonly WatchFact[]): readonly WatchEvent[] {
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

const keys = ['k kills the server', 'r replaces all connections', 'q ends'];

const wellEvents = events(
  { kind: 'open', id: 1, durationMs: 41.02, attempt: 1 },
  { kind: 'full', ready: 4, afterMs: 44.2, again: false },
  { kind: 'notice', code: 'idle-limit', detail: { estimateMs: 60_000, error: undefined } },
);
const well: Shown = { state, events: wellEvents, keys };

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
const down: Shown = {
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

function shown(frame: Shown, columns: number, rows: number): string {
  return `\n${watchFrame(frame, { columns, rows }, plain).join('\n')}\n`;
}

describe('a watched pool that is well', () => {
  it('on 80 columns', () => {
    expect(shown(well, 80, 20)).toMatchInlineSnapshot(`
      "
      tcp://127.0.0.1:22386   the embedded server, process 4711
      idle 3   leased 1   opening 0   checking 0   closing 0   waiting 0
      keeps 4, at most 8   ready after 44.2 ms   up 73 s
      5 requests/s   365 answered   0 failed   the last took 201 ms

         #  state       for    age   lent
         1  leased    0.1 s   72 s     20
         2  idle      1.2 s   72 s     20
         3  idle      1.2 s   72 s      0
         4  idle      1.2 s   72 s  1,234

      12:03:01  #1 opened in 41.0 ms
      12:03:02  full: 4 connections ready after 44.2 ms
      12:03:04  notice: idle-limit: estimateMs 60000





      k kills the server   r replaces all connections   q ends
      "
    `);
  });

  it('on 40 columns', () => {
    expect(shown(well, 40, 24)).toMatchInlineSnapshot(`
      "
      tcp://127.0.0.1:22386
      the embedded server, process 4711
      idle 3   leased 1   opening 0
      checking 0   closing 0   waiting 0
      keeps 4, at most 8
      ready after 44.2 ms   up 73 s
      5 requests/s   365 answered   0 failed
      the last took 201 ms

         #  state       for    age   lent
         1  leased    0.1 s   72 s     20
         2  idle      1.2 s   72 s     20
         3  idle      1.2 s   72 s      0
         4  idle      1.2 s   72 s  1,234

      12:03:01  #1 opened in 41.0 ms
      12:03:02  full: 4 connections ready
                after 44.2 ms
      12:03:04  notice: idle-limit:
                estimateMs 60000


      k kills the server
      r replaces all connections   q ends
      "
    `);
  });

  it('on 120 columns', () => {
    expect(shown(well, 120, 20)).toMatchInlineSnapshot(`
      "
      tcp://127.0.0.1:22386   the embedded server, process 4711
      idle 3   leased 1   opening 0   checking 0   closing 0   waiting 0
      keeps 4, at most 8   ready after 44.2 ms   up 73 s
      5 requests/s   365 answered   0 failed   the last took 201 ms

         #  state       for    age   lent
         1  leased    0.1 s   72 s     20
         2  idle      1.2 s   72 s     20
         3  idle      1.2 s   72 s      0
         4  idle      1.2 s   72 s  1,234

      12:03:01  #1 opened in 41.0 ms
      12:03:02  full: 4 connections ready after 44.2 ms
      12:03:04  notice: idle-limit: estimateMs 60000





      k kills the server   r replaces all connections   q ends
      "
    `);
  });
});

describe('a watched pool whose server is away', () => {
  it('on 80 columns', () => {
    expect(shown(down, 80, 22)).toMatchInlineSnapshot(`
      "
      tcp://127.0.0.1:22386   the embedded server, away
      idle 0   leased 0   opening 1   checking 0   closing 2   waiting 12
      oldest wait 2.3 s
      keeps 4, at most 8   ready after 44.2 ms   again after 1.16 s
      not full for 2.4 s   up 73 s
      5 requests/s   365 answered   7 failed   the last took 201 ms
      3 tries failed   trying now   connection refused (ECONNREFUSED)

         #  state       for    age   lent
         1  closing   1.2 s  broken
         2  closing   1.2 s  ping-failed
            opening   0.0 s  try 4

      12:03:01  full: 4 connections ready after 44.2 ms
      12:03:02  the embedded server was killed, and comes back in 3.00 s
      12:03:04  #1 closed after 72 s, 20 leases: broken, the server reset the
                connection (ECONNRESET)
      12:03:05  requests fail: the server reset the connection (ECONNRESET)
      12:03:07  try 3 failed: connection refused (ECONNREFUSED); next in 812 ms


      k kills the server   r replaces all connections   q ends
      "
    `);
  });

  it('on 40 columns', () => {
    expect(shown(down, 40, 28)).toMatchInlineSnapshot(`
      "
      tcp://127.0.0.1:22386
      the embedded server, away
      idle 0   leased 0   opening 1
      checking 0   closing 2   waiting 12
      oldest wait 2.3 s
      keeps 4, at most 8
      ready after 44.2 ms
      again after 1.16 s   not full for 2.4 s
      up 73 s
      5 requests/s   365 answered   7 failed
      the last took 201 ms
      3 tries failed   trying now
      connection refused (ECONNREFUSED)

         #  state       for    age   lent
         1  closing   1.2 s  broken
         2  closing   1.2 s  ping-failed
            opening   0.0 s  try 4

      12:03:05  requests fail: the server
                reset the connection
                (ECONNRESET)
      12:03:07  try 3 failed: connection
                refused (ECONNREFUSED); next
                in 812 ms

      k kills the server
      r replaces all connections   q ends
      "
    `);
  });

  it('on 120 columns', () => {
    expect(shown(down, 120, 22)).toMatchInlineSnapshot(`
      "
      tcp://127.0.0.1:22386   the embedded server, away
      idle 0   leased 0   opening 1   checking 0   closing 2   waiting 12   oldest wait 2.3 s
      keeps 4, at most 8   ready after 44.2 ms   again after 1.16 s   not full for 2.4 s   up 73 s
      5 requests/s   365 answered   7 failed   the last took 201 ms
      3 tries failed   trying now   connection refused (ECONNREFUSED)

         #  state       for    age   lent
         1  closing   1.2 s  broken
         2  closing   1.2 s  ping-failed
            opening   0.0 s  try 4

      12:03:01  full: 4 connections ready after 44.2 ms
      12:03:02  the embedded server was killed, and comes back in 3.00 s
      12:03:04  #1 closed after 72 s, 20 leases: broken, the server reset the connection (ECONNRESET)
      12:03:05  requests fail: the server reset the connection (ECONNRESET)
      12:03:07  try 3 failed: connection refused (ECONNREFUSED); next in 812 ms





      k kills the server   r replaces all connections   q ends
      "
    `);
  });
});

describe('a screen without room', () => {
  const connections = Array.from({ length: 40 }, (_, index) => row(index + 1, index % 4 === 0 ? 'leased' : 'idle'));
  const many: Shown = { ...down, state: { ...down.state, connections } };

  it('counts the connections it cannot show, and shows the latest events', () => {
    expect(shown(many, 80, 15)).toMatchInlineSnapshot(`
      "
      tcp://127.0.0.1:22386   the embedded server, away
      idle 0   leased 0   opening 1   checking 0   closing 2   waiting 12
      oldest wait 2.3 s
      keeps 4, at most 8   ready after 44.2 ms   again after 1.16 s
      not full for 2.4 s   up 73 s
      5 requests/s   365 answered   7 failed   the last took 201 ms
      3 tries failed   trying now   connection refused (ECONNREFUSED)
         #  state       for    age   lent
         1  leased    1.2 s   72 s     20
         2  idle      1.2 s   72 s     20
         3  idle      1.2 s   72 s     20
        and 37 more: 28 idle, 9 leased
      12:03:05  requests fail: the server reset the connection (ECONNRESET)
      12:03:07  try 3 failed: connection refused (ECONNREFUSED); next in 812 ms
      k kills the server   r replaces all connections   q ends
      "
    `);
  });

  it('says so when there is no connection at all', () => {
    for (let rows = 18; rows <= 40; rows += 1) {
      const frame: Shown = { ...down, state: { ...down.state, connections: [] } };
      expect(watchFrame(frame, { columns: 80, rows }, plain)).toContain('  no connection');
    }
  });

  it('never gets a line that is too wide, nor one too many, coloured or not', () => {
    for (const colors of [plain, pico.createColors(true)]) {
      for (let columns = 1; columns <= 130; columns += 13) {
        for (let rows = 1; rows <= 60; rows += 7) {
          for (const frame of [well, down, many]) {
            const lines = watchFrame(frame, { columns, rows }, colors);
            const widest = Math.max(...lines.map((line) => stripVTControlCharacters(line).length));
            expect(widest, `${columns} columns`).toBeLessThanOrEqual(Math.max(1, columns - 1));
            expect(lines.length, `${rows} rows`).toBeLessThanOrEqual(rows);
          }
        }
      }
    }
  });

  it('has its keys in the last line when there is room for all', () => {
    for (let rows = 24; rows <= 60; rows += 1) {
      const lines = watchFrame(many, { columns: 100, rows }, plain);
      expect(lines.length).toBe(rows);
      expect(lines.at(-1)).toBe(keys.join('   '));
    }
  });
});

describe('what comes from elsewhere', () => {
  it('cannot move the cursor', () => {
    const nasty = '\u001b[2Jgone\r\n\u0007';
    const error = new OpenError(
      'x',
      'watch',
      { code: 'POOL_OPEN_FAILED', step: 'init', hook: 'login', attempt: 1 },
      { cause: new Error(nasty) },
    );
    const frame = watchFrame(
      {
        state: { ...state, failure: { error, retryInMs: undefined } },
        events: events(
          { kind: 'openError', error, attempt: 1, retryInMs: undefined },
          { kind: 'notice', code: nasty, detail: { said: nasty } },
          { kind: 'fault', where: nasty, error: nasty },
          { kind: 'discard', id: 1, reason: nasty, error: nasty, ageMs: 1, uses: 1 },
        ),
        keys,
      },
      { columns: 100, rows: 30 },
      plain,
    ).join('\n');
    expect(frame).not.toMatch(/[^\n\x20-\x7e…]/);
    expect(frame).toContain('try 1 failed in login: ?[2Jgone?; nothing opens any more');
  });

  it('is not shown in colours without colours, and is with them', () => {
    const size = { columns: 80, rows: 24 };
    expect(watchFrame(well, size, plain).join('')).not.toContain('\u001b');
    expect(watchFrame(well, size, pico.createColors(true)).join('')).toContain('\u001b[32m');
  });
});
