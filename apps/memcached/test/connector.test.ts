import { connectorSuite } from '@pool/core/testing';
import { tcp } from '@pool/net';
import { available, chaosProxy, realServer, memcached as recipe } from '@pool/testkit';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { memcached } from '../src/adapter/memcached.ts';

describe.runIf(available(recipe()))('against a real memcached', () => {
  let server: Awaited<ReturnType<typeof realServer>>;
  beforeAll(async () => {
    server = await realServer(recipe());
  });
  afterAll(() => server.stop());

  connectorSuite(
    'memcached over TCP',
    async () => {
      const proxy = await chaosProxy({ target: { host: '127.0.0.1', port: server.port() } });
      return {
        connector: memcached(tcp({ host: '127.0.0.1', port: proxy.port })),
        breakIt: () => proxy.cutAll('reset'),
        stop: () => proxy.stop(),
      };
    },
    { describe, it },
  );
});
