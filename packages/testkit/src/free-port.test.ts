import { once } from 'node:events';
import { createServer } from 'node:net';
import { expect, test } from 'vitest';
import { freePort, listenOnFreePort } from './free-port.ts';

test('gives a port that can be listened on', async () => {
  const port = await freePort();
  const server = createServer().listen(port, '127.0.0.1');
  await once(server, 'listening');
  server.close();
});

test('takes another port when the first is taken', async () => {
  const holder = createServer();
  const taken = await listenOnFreePort(holder);
  const random = Math.random;
  const draws = [(taken - 12_000) / 20_000 + 1e-9, 0.5, 0.6, 0.7];
  Math.random = () => draws.shift() ?? random();
  try {
    const port = await freePort();
    expect(port).not.toBe(taken);
    expect(draws.length).toBeLessThan(3);
  } finally {
    Math.random = random;
    holder.close();
  }
});
