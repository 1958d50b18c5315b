import { once } from 'node:events';
import { type Lease, Pool } from '@pool/core';
import type { Wire } from '@pool/net';
import { type TlsClient, tls, tlsClient } from '@pool/tls';
import { type Contestant, longMs } from './contestant.ts';
import { TlsConnection } from './tls-connection.ts';
import { tlsTarget } from './tls-target.ts';

export const tlsPool: Contestant = contestant('@pool/tls', 100);

/** It resumes no session: what is left is what it costs. */
export const tlsPoolFull: Contestant = contestant('@pool/tls, not resumed', 0);

function contestant(name: string, sessionCacheSize: number): Contestant {
  let client: TlsClient | undefined;
  return {
    name,
    role: 'subject',
    packageName: '@pool/tls',
    abilities: [],
    async make(setup) {
      if (client === undefined) {
        client = tlsClient({ ...(await tlsTarget()), sessionCacheSize });
        await keepSession(client);
      }
      const pool = new Pool(tls(client), { min: setup.warm, max: setup.max, acquireTimeoutMs: longMs, idleTimeoutMs: Infinity });
      // With none kept warm, each use opens a connection and closes it.
      const end = setup.warm === 0 ? (lease: Lease<Wire>) => lease.discard() : (lease: Lease<Wire>) => lease.release();
      if (setup.warm > 0) await pool.ready();
      return {
        acquire: () => pool.acquire(),
        connection: (held) => new TlsConnection(() => exchange((held as Lease<Wire>).value)),
        release: (held) => end(held as Lease<Wire>),
        close: async () => {
          await pool.close({ drainTimeoutMs: 0 });
        },
      };
    },
  };
}

async function keepSession(client: TlsClient): Promise<void> {
  const socket = await client.connect({ signal: new AbortController().signal });
  socket.write('hello\r\n');
  await once(socket, 'data');
  socket.destroy();
}

async function exchange(wire: Wire): Promise<void> {
  await wire.write('hello\r\n');
  await wire.readLine();
}
