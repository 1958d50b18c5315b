import { type ConnectorUnderTest, connectorSuite } from '@pool/core/testing';
import { tcp, type Wire } from '@pool/net';
import { lineServer, testCertificates } from '@pool/testkit';
import { tls, tlsClient, withRotation } from '@pool/tls';
import { describe, it } from 'vitest';
import { trusting } from './open.ts';
import { secureServer } from './secure-server.ts';

const exchange = async (wire: Wire): Promise<void> => {
  await wire.write('hello\r\n');
  if ((await wire.readLine()) !== 'hello') throw new Error('the server did not echo');
};

async function overTls(maxVersion: 'TLSv1.2' | 'TLSv1.3'): Promise<ConnectorUnderTest<Wire>> {
  await testCertificates();
  const server = await secureServer({ maxVersion });
  return {
    connector: tls(await trusting({ port: server.port })),
    breakIt: () => server.resetAll(),
    exchange,
    stop: () => {},
  };
}

async function inTheClear(): Promise<ConnectorUnderTest<Wire>> {
  const server = await lineServer();
  return {
    connector: withRotation(tcp(server.address), tlsClient(await trusting({ port: server.port }))),
    breakIt: () => server.endAll('reset'),
    exchange,
    stop: () => server.stop(),
  };
}

connectorSuite('tls over TLS 1.2', () => overTls('TLSv1.2'), { describe, it });
connectorSuite('tls over TLS 1.3', () => overTls('TLSv1.3'), { describe, it });
connectorSuite('a connector that rotates with a client', inTheClear, { describe, it });
