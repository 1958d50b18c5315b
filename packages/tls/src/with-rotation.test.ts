import { type Connector, Pool } from '@pool/core';
import { type Wire, wireConnector } from '@pool/net';
import { socketPair } from '@pool/testkit';
import type { TlsClient } from '@pool/tls';
import { expect, onTestFinished, test } from 'vitest';
import { withRotation } from './with-rotation.ts';

type RotationListener = Parameters<TlsClient['onRotate']>[0];

/** Says who listens to it. */
function listenedTo(): { readonly client: TlsClient; readonly listeners: Set<RotationListener> } {
  const listeners = new Set<RotationListener>();
  const client: TlsClient = {
    connect: () => Promise.reject(new Error('not asked for')),
    secure: () => Promise.reject(new Error('not asked for')),
    rotate: async () => {},
    onRotate: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
  return { client, listeners };
}

async function plain(): Promise<Connector<Wire>> {
  const { near, close } = await socketPair();
  onTestFinished(close);
  return wireConnector(() => near);
}

test('each pool listens to the client until it is closed', async () => {
  const { client, listeners } = listenedTo();
  const connector = withRotation(await plain(), client);
  const pools = [new Pool(connector, { max: 1 }), new Pool(connector, { max: 1 })];
  expect(listeners.size).toBe(2);
  await pools[0]?.close();
  expect(listeners.size).toBe(1);
  await pools[1]?.close();
  expect(listeners.size).toBe(0);
});

test('what the connector itself attaches and watches is kept', async () => {
  const { client } = listenedTo();
  const said: string[] = [];
  const base = await plain();
  const connector: Connector<Wire> = {
    ...base,
    attach: () => {
      said.push('attach');
      return () => said.push('detach');
    },
    watch: (wire, onBroken) => {
      said.push('watch');
      const unwatch = base.watch?.(wire, onBroken);
      return () => {
        said.push('unwatch');
        unwatch?.();
      };
    },
  };
  const pool = new Pool(withRotation(connector, client), { max: 1 });
  await pool.use(() => {});
  await pool.close({ drainTimeoutMs: 0 });
  expect(said).toEqual(['attach', 'watch', 'unwatch', 'detach']);
});
