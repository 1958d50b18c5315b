import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ConnectorUnderTest, connectorSuite } from '@pool/core/testing';
import { tcp, type Wire } from '@pool/net';
import { lineServer } from '@pool/testkit';
import { describe, it } from 'vitest';

async function underTest(dir?: string): Promise<ConnectorUnderTest<Wire>> {
  const server = await lineServer(dir === undefined ? {} : { path: join(dir, 'socket') });
  return {
    connector: tcp(server.address),
    breakIt: () => server.endAll('reset'),
    exchange: async (wire) => {
      await wire.write('hello\r\n');
      if ((await wire.readLine()) !== 'hello') throw new Error('the server did not echo');
    },
    stop: async () => {
      await server.stop();
      if (dir !== undefined) await rm(dir, { recursive: true });
    },
  };
}

connectorSuite('tcp over TCP', () => underTest(), { describe, it });
connectorSuite('tcp over a Unix socket', async () => underTest(await mkdtemp(join(tmpdir(), 'pool-net-'))), { describe, it });
