import { once } from 'node:events';
import { ConnectionError, matches } from '@pool/core';
import { type LineServer, lineServer } from '@pool/testkit';
import { expect, onTestFinished, test } from 'vitest';
import { tcp } from './tcp.ts';
import type { Wire } from './wire.ts';

const openContext = { signal: new AbortController().signal, attempt: 1, poolName: 'test' };

async function open(): Promise<{ readonly server: LineServer; readonly connector: ReturnType<typeof tcp>; readonly wire: Wire }> {
  const server = await lineServer();
  const connector = tcp(server.address);
  const wire = await connector.open(openContext);
  onTestFinished(async () => {
    wire.destroy();
    await server.stop();
  });
  return { server, connector, wire };
}

test('opens a wire, and destroys it', async () => {
  const { connector, wire } = await open();
  expect(connector.isAlive?.(wire)).toBe(true);
  expect(connector.isClean?.(wire)).toBe(true);
  connector.destroy?.(wire);
  expect(connector.isAlive?.(wire)).toBe(false);
  expect(connector.isClean?.(wire)).toBe(false);
});

test('a graceful close says FIN', async () => {
  const { connector, wire } = await open();
  await connector.close?.(wire, { reason: 'idle-timeout', graceful: true, signal: openContext.signal });
  expect(wire.socket.closed).toBe(true);
  expect(wire.socket.readableEnded).toBe(true);
});

test('a close that is not graceful does not wait for the peer, only until nothing is left', async () => {
  const server = await lineServer({ answer: () => new Promise<string>(() => {}) });
  onTestFinished(() => server.stop());
  const connector = tcp(server.address);
  const wire = await connector.open(openContext);
  // A server that reads nothing does not see the FIN, and does not answer it.
  await wire.write('busy\r\n');
  const closed = once(wire.socket, 'close');
  await connector.close?.(wire, { reason: 'broken', graceful: false, signal: openContext.signal });
  await closed;
  expect(wire.socket.readableEnded).toBe(false);
});

test('a graceful close whose signal aborts destroys', async () => {
  const server = await lineServer({ answer: () => new Promise<string>(() => {}) });
  onTestFinished(() => server.stop());
  const connector = tcp(server.address);
  const wire = await connector.open(openContext);
  await wire.write('busy\r\n');
  await connector.close?.(wire, { reason: 'idle-timeout', graceful: true, signal: AbortSignal.timeout(20) });
  expect(wire.socket.closed).toBe(true);
});

test('idle wires are guarded, lent ones are not', async () => {
  const { connector, wire } = await open();
  connector.onIdle?.(wire);
  await expect(wire.write('x')).rejects.toMatchObject({ code: 'WIRE_BUSY' });
  connector.onLend?.(wire);
  await wire.write('x\r\n');
  expect(await wire.readLine()).toBe('x');
});

test('whoever watches is told of a break, until he stops', async () => {
  const { server, connector, wire } = await open();
  let told = 0;
  const stop = connector.watch?.(wire, () => {
    told += 1;
  });
  server.endAll('reset');
  await expect(wire.readLine()).rejects.toThrow(ConnectionError);
  expect(told).toBe(1);
  stop?.();
});

test('Node’s own errors of a lost connection break one, others do not', () => {
  const { brokenBy = [] } = tcp({ port: 25 });
  expect(matches(Object.assign(new Error('x'), { code: 'ECONNRESET' }), brokenBy)).toBe(true);
  expect(matches(Object.assign(new Error('x'), { code: 'ENOENT' }), brokenBy)).toBe(false);
});

test('its methods need no `this`, so that it can be spread and extended', async () => {
  const server = await lineServer({ greeting: 'hello' });
  onTestFinished(() => server.stop());
  const { open: openOne, isAlive } = { ...tcp(server.address) };
  const wire = await openOne(openContext);
  onTestFinished(() => wire.destroy());
  expect(await wire.readLine()).toBe('hello');
  expect(isAlive?.(wire)).toBe(true);
});
