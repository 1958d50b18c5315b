import { type Lease, Pool } from '@pool/core';
import { FakeClock } from '@pool/core/testing';
import { beforeEach, describe, expect, it } from 'vitest';
import type { ConnectionState } from './connection-row.ts';
import { WatchedConnections } from './watched-connections.ts';

/** What the pool waits for, until the test says how it ends. */
interface Step {
  readonly kind: 'open' | 'ping' | 'close';
  readonly succeed: () => void;
  readonly fail: () => void;
}

let clock: FakeClock;
let connections: WatchedConnections<number>;
let pool: Pool<number>;
let steps: Step[];
let alive: Map<number, (error?: unknown) => void>;
/** The watch sees at once that they are dead. */
let stillborn: Set<number>;
let leases: Lease<number>[];

beforeEach(() => {
  clock = new FakeClock();
  connections = new WatchedConnections<number>(() => clock.now());
  steps = [];
  alive = new Map();
  stillborn = new Set();
  leases = [];
  let made = 0;
  const step = <R>(kind: Step['kind'], result: R): Promise<R> =>
    new Promise((resolve, reject) => {
      steps.push({ kind, succeed: () => resolve(result), fail: () => reject(new Error(`the ${kind} failed`)) });
    });
  pool = new Pool<number>(
    connections.connector({
      open: () => step('open', ++made),
      watch: (connection, onBroken) => {
        if (stillborn.has(connection)) onBroken(new Error('dead on arrival'));
        alive.set(connection, onBroken);
        return () => alive.delete(connection);
      },
      close: () => step('close', undefined),
      destroy: () => {},
    }),
    {
      min: 2,
      max: 4,
      clock,
      openTimeoutMs: 1000,
      closeTimeoutMs: 1000,
      pingTimeoutMs: 1000,
      acquireTimeoutMs: 3000,
      keepAlive: { intervalMs: 500, ping: connections.ping(() => step('ping', undefined)) },
    },
  );
  connections.follow(pool);
});

/** The oldest of its kind ends. */
async function end(kind: Step['kind'], how: 'succeed' | 'fail' = 'succeed'): Promise<void> {
  const index = steps.findIndex((step) => step.kind === kind);
  if (index === -1) throw new Error(`no ${kind} waits for the test`);
  steps.splice(index, 1)[0]?.[how]();
  await clock.settle();
}

async function acquire(): Promise<void> {
  const asked = pool.acquire().then(
    (lease) => leases.push(lease),
    () => {},
  );
  void asked;
  await clock.settle();
}

function states(): string {
  return connections.rows.map(({ id, state }) => `${id ?? '-'} ${state}`).join(', ');
}

describe('what each connection is doing', () => {
  it('is known from the call of open on, with its number once it is ready', async () => {
    await clock.settle();
    expect(states()).toBe('- opening, - opening');
    await end('open');
    await clock.advance(30);
    expect(states()).toBe('1 idle, - opening');
    expect(connections.rows).toMatchObject([
      { id: 1, forMs: 30, ageMs: 30, uses: 0, attempt: 1 },
      { id: undefined, forMs: 30, ageMs: undefined },
    ]);
  });

  it('follows a lease, and counts it', async () => {
    await end('open');
    await acquire();
    await clock.advance(20);
    expect(connections.rows[0]).toMatchObject({ id: 1, state: 'leased', forMs: 20, uses: 1 });
    leases[0]?.release();
    await clock.settle();
    expect(connections.rows[0]).toMatchObject({ id: 1, state: 'idle', forMs: 0, ageMs: 20, uses: 1 });
  });

  it('is right when a caller waited for the opening', async () => {
    await acquire();
    await end('open');
    expect(connections.rows[0]).toMatchObject({ id: 1, state: 'leased', uses: 1 });
  });

  it('tells the one that is pinged from the others', async () => {
    await end('open');
    await clock.advance(500);
    await end('open');
    expect(states()).toBe('1 checking, 2 idle');
    await end('ping');
    expect(states()).toBe('1 idle, 2 idle');
  });

  it('shows a connection as closing until it is closed, and why', async () => {
    await end('open');
    alive.get(1)?.(new Error('reset'));
    await clock.settle();
    expect(connections.rows[0]).toMatchObject({ id: 1, state: 'closing', reason: 'broken' });
    await end('close');
    expect(connections.rows.every(({ state }) => state === 'opening')).toBe(true);
  });

  it('forgets one that outlasts its limit for closing', async () => {
    await end('open');
    alive.get(1)?.();
    await clock.advance(999);
    expect(states()).toContain('1 closing');
    await clock.advance(1);
    expect(states()).not.toContain('closing');
  });

  it('forgets an opening that failed, and one that took too long, also when it arrives after all', async () => {
    await clock.settle();
    await end('open', 'fail');
    expect(states()).toBe('- opening');
    await clock.advance(1000);
    const still = states();
    await end('open');
    expect(states()).toBe(still);
    expect(still).not.toContain('idle');
    expect(connections.rows.length).toBe(pool.stats.opening);
  });

  it('takes none for ready that died before, and names the next one right', async () => {
    stillborn.add(1);
    await end('open');
    expect(states()).toBe('- closing, - opening');
    await end('open');
    expect(states()).toBe('- closing, 2 idle, - opening');
  });

  it('gives the place of one that is gone to the next', async () => {
    await end('open');
    await end('open');
    alive.get(1)?.();
    await clock.settle();
    expect(states()).toBe('1 closing, 2 idle, - opening');
    await end('close');
    alive.get(2)?.();
    await clock.settle();
    await end('open');
    await clock.settle();
    expect(states()).toBe('- opening, 2 closing, 3 idle');
  });
});

describe('whatever happens', () => {
  const kinds: readonly ConnectionState[] = ['opening', 'idle', 'leased', 'checking', 'closing'];

  it.each([1, 2, 3, 4, 5, 6, 7, 8])(
    'as many are in each state as the pool says, and those that are lent are those lent (seed %i)',
    async (seed) => {
      const random = randomFrom(seed);
      const pick = <E>(list: readonly E[]): E | undefined => list[Math.floor(random() * list.length)];
      const seen = new Set<string>();
      for (let turn = 0; turn < 300; turn++) {
        const dice = random();
        if (dice < 0.4) {
          const step = pick(steps);
          if (step !== undefined) {
            steps.splice(steps.indexOf(step), 1);
            if (random() < 0.8) step.succeed();
            else step.fail();
          }
        } else if (dice < 0.6) await acquire();
        else if (dice < 0.8) {
          const lease = pick(leases);
          if (lease !== undefined) {
            leases.splice(leases.indexOf(lease), 1);
            if (random() < 0.8) lease.release();
            else lease.discard();
          }
        } else if (dice < 0.85) pick([...alive.values()])?.(new Error('reset'));
        else if (dice < 0.87) pool.recycle();
        else await clock.advance(random() * 400);
        await clock.settle();
        const counts = Object.fromEntries(
          kinds.map((kind) => [kind, connections.rows.filter(({ state }) => state === kind).length]),
        );
        const { opening, idle, leased, checking, closing } = pool.stats;
        expect(counts, `turn ${turn}`).toEqual({ opening, idle, leased, checking, closing });
        const lent = connections.rows.filter(({ state }) => state === 'leased').map(({ id }) => id);
        expect(lent.sort()).toEqual(leases.map(({ connectionId }) => connectionId).sort());
        for (const kind of kinds) if (counts[kind] !== 0) seen.add(kind);
      }
      // Not all are pinged: most of them are lent too often.
      expect([...seen, 'checking']).toEqual(expect.arrayContaining([...kinds]));
    },
  );
});

/** The same numbers for the same seed (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
