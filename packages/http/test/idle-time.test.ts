import { FakeClock } from '@pool/core/testing';
import { eventually } from '@pool/testkit';
import { describe, expect, it } from 'vitest';
import { onlyOrigin, openPool } from './open-pool.ts';
import { ok, rawServer } from './raw-server.ts';

describe('an idle connection', () => {
  it('ends before its server closes it, when that says when', async () => {
    const server = await rawServer(() => ok('ok', 'Keep-Alive: timeout=5'));
    const clock = new FakeClock();
    const pool = openPool({ clock });
    await (await pool.request(server.url)).text();
    await eventually(() => onlyOrigin(pool).endings.reuse === 1);
    await clock.advance(3_900);
    expect(onlyOrigin(pool).pool?.idle).toBe(1);
    await clock.advance(100);
    expect(onlyOrigin(pool).pool).toMatchObject({ idle: 0, totals: { closed: { retired: 1 } } });
  });

  it('is not lent when its time is up, whether or not the timer has rung', async () => {
    const server = await rawServer(() => ok('ok', 'Keep-Alive: timeout=5'));
    const clock = new FakeClock();
    // As on a busy machine: time has passed, and no timer was called.
    const late = { now: () => clock.now() + lateMs, schedule: clock.schedule.bind(clock) };
    let lateMs = 0;
    const pool = openPool({ clock: late });
    await (await pool.request(server.url)).text();
    await eventually(() => onlyOrigin(pool).endings.reuse === 1);
    lateMs = 4_000;
    await (await pool.request(server.url)).text();
    expect(server.connections).toHaveLength(2);
  });

  it('has its time anew after every exchange', async () => {
    const server = await rawServer(() => ok('ok', 'Keep-Alive: timeout=5'));
    const clock = new FakeClock();
    const pool = openPool({ clock });
    for (let round = 1; round <= 4; round++) {
      await (await pool.request(server.url)).text();
      await eventually(() => onlyOrigin(pool).endings.reuse === round);
      await clock.advance(3_000);
    }
    expect(server.connections).toHaveLength(1);
    await clock.advance(1_000);
    expect(onlyOrigin(pool).pool?.idle).toBe(0);
  });

  it('has as much more as the margin is less', async () => {
    const server = await rawServer(() => ok('ok', 'Keep-Alive: timeout=1'));
    const clock = new FakeClock();
    const pool = openPool({ clock, keepAliveMarginMs: 200 });
    await (await pool.request(server.url)).text();
    await eventually(() => onlyOrigin(pool).endings.reuse === 1);
    await clock.advance(799);
    expect(onlyOrigin(pool).pool?.idle).toBe(1);
    await clock.advance(1);
    expect(onlyOrigin(pool).pool?.idle).toBe(0);
  });

  it('that never had a request is renewed before its server answers 408', async () => {
    const server = await rawServer(() => ok('ok'));
    const clock = new FakeClock();
    const pool = openPool({ clock, minPerKey: 2, emptyPoolTtlMs: Infinity });
    await pool.warm(server.url, 2);
    await clock.advance(40_000);
    expect(server.connections).toHaveLength(2);
    await clock.advance(5_000);
    await eventually(() => server.connections.length === 4 && onlyOrigin(pool).pool?.idle === 2);
    expect(onlyOrigin(pool).pool?.totals.closed.retired).toBe(2);
  });

  it('that had one is kept', async () => {
    const server = await rawServer(() => ok('ok'));
    const clock = new FakeClock();
    const pool = openPool({ clock, minPerKey: 1, idleTimeoutMs: Infinity, emptyPoolTtlMs: Infinity });
    await (await pool.request(server.url)).text();
    await eventually(() => onlyOrigin(pool).endings.reuse === 1);
    await clock.advance(600_000);
    expect(onlyOrigin(pool).pool?.idle).toBe(1);
    expect(server.connections).toHaveLength(1);
  });

  it('ends before the age at which the server was seen to close without a word', async () => {
    const server = await rawServer(() => ok('ok'));
    const clock = new FakeClock();
    const pool = openPool({ clock, emptyPoolTtlMs: Infinity, idleTimeoutMs: Infinity });
    for (let death = 1; death <= 3; death++) {
      await (await pool.request(server.url)).text();
      await eventually(() => onlyOrigin(pool).endings.reuse === death);
      await clock.advance(1_000);
      server.connections.at(-1)?.socket.end();
      await eventually(() => onlyOrigin(pool).endings['idle-gone'] === death);
    }
    expect(onlyOrigin(pool).pool?.learnedIdleLimitMs).toBe(1_000);
    await (await pool.request(server.url, { method: 'POST' })).text();
    await eventually(() => onlyOrigin(pool).endings.reuse === 4);
    await clock.advance(800);
    expect(onlyOrigin(pool).pool).toMatchObject({ idle: 0, totals: { closed: { 'idle-limit': 1 } } });
  });
});

describe('Retry-After', () => {
  const busy = (value: string): string => `HTTP/1.1 503 Busy\r\nRetry-After: ${value}\r\nContent-Length: 0\r\n\r\n`;

  it('is no obstacle to an answer that comes while the pool is being closed', async () => {
    const server = await rawServer(() => undefined);
    const pool = openPool({ retryAfterMaxMs: 60_000 });
    const answer = pool.request(server.url);
    await eventually(() => server.requests.length === 1);
    const closing = pool.close();
    server.connections[0]?.socket.write(busy('5'));
    expect((await answer).status).toBe(503);
    await closing;
  });
  it('pauses the origin for as long, when asked to', async () => {
    const server = await rawServer(({ path }) => (path === '/busy' ? busy('7') : ok(path)));
    const clock = new FakeClock();
    const pool = openPool({ clock, retryAfterMaxMs: 60_000 });
    expect((await pool.request(`${server.url}/busy`)).status).toBe(503);
    const waiting = pool.request(`${server.url}/next`);
    await clock.advance(6_999);
    expect(server.paths).toEqual(['/busy']);
    await clock.advance(1);
    expect(await (await waiting).text()).toBe('/next');
  });
  it('but not for longer than allowed, and not unless asked to', async () => {
    const server = await rawServer(({ path }) => (path === '/busy' ? busy('3600') : ok(path)));
    const clock = new FakeClock();
    for (const [retryAfterMaxMs, pausedMs] of [
      [1_000, 1_000],
      [0, 0],
    ] as const) {
      const pool = openPool({ clock, retryAfterMaxMs });
      await pool.request(`${server.url}/busy`);
      const waiting = pool.request(`${server.url}/next`);
      await clock.advance(pausedMs);
      expect(await (await waiting).text()).toBe('/next');
    }
  });
});
