import { type CloseReason, Pool } from '@pool/core';
import { FakeClock } from '@pool/core/testing';
import type { Wire } from '@pool/net';
import { type Certificate, eventually, testCertificates } from '@pool/testkit';
import { type TlsClient, tls, tlsClient, tlsInfo } from '@pool/tls';
import { expect, onTestFinished, test } from 'vitest';
import { trusting } from './open.ts';
import { type SecureServer, secureServer } from './secure-server.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

interface Scene {
  readonly clock: FakeClock;
  readonly client: TlsClient;
  readonly pool: Pool<Wire>;
  readonly server: SecureServer;
  readonly discarded: CloseReason[];
  readonly notices: { readonly code: string; readonly detail: unknown }[];
}

/** Good for so long from the clock's now; both ends believe it still is, since it is for long by the real clock. */
async function lasting(clock: FakeClock, ms: number): Promise<Certificate> {
  const { ca } = await testCertificates();
  return ca.server({ notBefore: new Date(Date.now() - dayMs), notAfter: new Date(clock.wall() + ms) });
}

/** A clock whose now is the real one's, but which moves only when told. */
function clockOfToday(): FakeClock {
  const clock = new FakeClock();
  clock.sleep(Date.now() - clock.wall());
  return clock;
}

async function scene(lastsMs: number, options: { readonly expiryNoticeMs?: number } = {}, min = 1): Promise<Scene> {
  const clock = clockOfToday();
  const server = await secureServer(await lasting(clock, lastsMs));
  const client = tlsClient(await trusting({ port: server.port, clock, ...options }));
  const pool = new Pool(tls(client), { min, max: 3, clock, idleTimeoutMs: Infinity });
  onTestFinished(async () => {
    const closing = pool.close({ drainTimeoutMs: 0 });
    await clock.advance(60_000);
    await closing;
  });
  const made: Scene = { clock, client, pool, server, discarded: [], notices: [] };
  pool.on('discard', ({ reason }) => made.discarded.push(reason));
  pool.on('notice', (notice) => made.notices.push(notice));
  return made;
}

async function ask(wire: Wire): Promise<string> {
  await wire.write('hello\r\n');
  return wire.readLine();
}

test('a pool is told once, a week before a certificate expires, although nothing opens or is lent', async () => {
  const { clock, pool, notices } = await scene(30 * dayMs, {}, 3);
  await pool.ready();
  await eventually(() => pool.stats.idle === 3);
  await clock.advance(22 * dayMs);
  expect(notices).toEqual([]);
  await clock.advance(dayMs + 1_000);
  expect(notices).toEqual([
    {
      code: 'tls-certificate-expires',
      detail: { inMs: expect.closeTo(7 * dayMs, -5), certificate: expect.objectContaining({ subject: 'localhost' }) },
    },
  ]);
  await clock.advance(5 * dayMs);
  expect(notices).toHaveLength(1);
});

test('it is told at once when there is less time than that, and when the user wants it', async () => {
  const short = await scene(3 * dayMs);
  await short.pool.ready();
  expect(short.notices).toMatchObject([{ code: 'tls-certificate-expires' }]);
  const early = await scene(3 * dayMs, { expiryNoticeMs: dayMs });
  await early.pool.ready();
  expect(early.notices).toEqual([]);
  await early.clock.advance(2 * dayMs + 1_000);
  expect(early.notices).toHaveLength(1);
});

test('it is told once, also when all connections of that certificate are gone and others come', async () => {
  const { client, pool, discarded, notices } = await scene(3 * dayMs);
  await pool.ready();
  await client.rotate();
  await eventually(() => discarded.length === 1 && pool.stats.idle === 1);
  expect(notices).toHaveLength(1);
});

test('a connection is closed when its certificate has expired, and replaced by one with the new certificate', async () => {
  const { clock, pool, server, discarded } = await scene(2 * hourMs);
  await pool.use(ask);
  server.setCertificate(await lasting(clock, 90 * dayMs));
  await clock.advance(2 * hourMs - 2_000);
  expect(discarded).toEqual([]);
  await clock.advance(2_000);
  await eventually(() => discarded.length === 1 && pool.stats.idle === 1);
  expect(discarded).toEqual(['max-lifetime']);
  // Neither did it resume the session of the old one.
  await pool.use((wire) => expect(tlsInfo(wire.socket)).toMatchObject({ resumed: false }));
});

test('one that is lent is closed when it comes back', async () => {
  const { clock, pool, server, discarded } = await scene(2 * hourMs);
  const lease = await pool.acquire();
  server.setCertificate(await lasting(clock, 90 * dayMs));
  await clock.advance(3 * hourMs);
  expect(await ask(lease.value)).toBe('hello');
  lease.release();
  await eventually(() => discarded.length === 1);
});

test('a resumed connection expires with the certificate that was seen when its session began', async () => {
  const { clock, pool, discarded, server } = await scene(2 * hourMs);
  await pool.use(ask);
  const leases = [await pool.acquire(), await pool.acquire()];
  expect(leases.map(({ value }) => tlsInfo(value.socket)?.resumed).sort()).toEqual([false, true]);
  for (const lease of leases) lease.release();
  server.setCertificate(await lasting(clock, 90 * dayMs));
  await clock.advance(2 * hourMs);
  await eventually(() => discarded.length === 2);
});

test('a certificate that no connection uses any more is not spoken of', async () => {
  const { clock, client, pool, server, discarded, notices } = await scene(30 * dayMs);
  await pool.use(ask);
  server.setCertificate(await lasting(clock, 365 * dayMs));
  await client.rotate();
  await eventually(() => discarded.length === 1 && pool.stats.idle === 1);
  await clock.advance(40 * dayMs);
  expect(notices).toEqual([]);
});

test('a pool that is closed leaves no timer', async () => {
  const { clock, pool } = await scene(30 * dayMs);
  await pool.ready();
  expect(clock.pending).toBeGreaterThan(0);
  await eventually(() => clock.keepingAlive === 0);
  const closing = pool.close();
  await eventually(async () => {
    await clock.advance(1_000);
    return pool.state === 'closed';
  });
  await closing;
  expect(clock.pending).toBe(0);
});
