import { once } from 'node:events';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { eventually, testCertificates } from '@pool/testkit';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type CountingRelay, countingRelay } from './counting-relay.ts';
import { onlyOrigin, openPool } from './open-pool.ts';

interface Way {
  readonly relay: CountingRelay;
  readonly url: string;
  readonly ca: string;
}

async function secureWay(): Promise<Way> {
  const { ca, server: certificate } = await testCertificates();
  const server = createServer({ ...certificate, minVersion: 'TLSv1.3' }, (_, response) => response.end('hello'));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const relay = await countingRelay((server.address() as AddressInfo).port);
  return { relay, url: `https://localhost:${relay.port}`, ca: ca.cert };
}

/** A server of TLS 1.3 ends the handshake with tickets, which nobody waits for but who counts. */
async function quiet(relay: CountingRelay): Promise<void> {
  await eventually(() => relay.unanswered === 0);
}

describe('on the wire, an https: request', () => {
  it('takes three round trips with nothing open: TCP, TLS, and its own', async () => {
    const { relay, url, ca } = await secureWay();
    const pool = openPool({ tls: { ca } });
    expect(await (await pool.request(url)).text()).toBe('hello');
    expect(relay.roundTrips).toBe(3);
  });

  it('takes one on a connection that was opened before, the first as well as the next', async () => {
    const { relay, url, ca } = await secureWay();
    const pool = openPool({ tls: { ca } });
    await pool.warm(url, 1);
    await quiet(relay);
    for (let requests = 1; requests <= 3; requests++) {
      const before = relay.roundTrips;
      expect(await (await pool.request(url)).text()).toBe('hello');
      expect(relay.roundTrips - before).toBe(1);
    }
    expect(relay.connects).toBe(1);
  });

  it('takes one in a burst on connections that are kept, each on its own', async () => {
    const { relay, url, ca } = await secureWay();
    const pool = openPool({ tls: { ca }, maxPerKey: 20 });
    await pool.warm(url, 20);
    await quiet(relay);
    const before = relay.roundTrips;
    const answers = await Promise.all(Array.from({ length: 20 }, async () => (await pool.request(url)).text()));
    expect(new Set(answers)).toEqual(new Set(['hello']));
    expect(relay.roundTrips - before).toBe(20);
    expect(onlyOrigin(pool).pool?.totals.opened).toBe(20);
  });
});
