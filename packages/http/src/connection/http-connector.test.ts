import { type ConnectorUnderTest, connectorSuite } from '@pool/core/testing';
import { describe, it } from 'vitest';
import { ok, rawServer } from '../../test/raw-server.ts';
import { resolveHttpOptions } from '../http-pool-options.ts';
import { Routes } from '../routes.ts';
import type { HttpConnection } from './http-connection.ts';
import { httpConnector } from './http-connector.ts';

async function underTest(): Promise<ConnectorUnderTest<HttpConnection>> {
  const server = await rawServer(() => ok('ok'));
  return {
    connector: httpConnector(new Routes(resolveHttpOptions({})).to(server.url)),
    breakIt: () => {
      for (const { socket } of server.connections) socket.resetAndDestroy();
    },
    exchange: (connection) =>
      new Promise((resolve, reject) => {
        const request = {
          path: '/',
          method: 'GET',
          isOver: false,
          onConnect() {},
          onHeaders: () => true,
          onData: () => true,
          onComplete() {
            request.isOver = true;
          },
          onError: reject,
          onFree() {
            connection.free(false);
            resolve();
          },
          onGone: reject,
        };
        connection.carry(request);
      }),
    stop: () => server.stop(),
  };
}

connectorSuite('the connector of an origin', underTest, { describe, it });
