import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { SocketCount } from './socket-count.ts';

test('sockets are counted when they are tried, while they are open, and at their most', async () => {
  const server = createServer((socket) => socket.on('error', () => {})).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const count = new SocketCount();
  const [first, second] = [connect(address.port, '127.0.0.1'), connect(address.port, '127.0.0.1')];
  await Promise.all([once(first, 'connect'), once(second, 'connect')]);
  first.destroy();
  // Destroyed, though it has not said so: its place may be taken at once.
  const third = connect(address.port, '127.0.0.1');
  expect(count).toMatchObject({ tried: 3, open: 3, mostOpen: 2 });
  await once(first, 'close');
  expect(count).toMatchObject({ tried: 3, open: 2, mostOpen: 2 });
  second.destroy();
  third.destroy();
  await Promise.all([once(second, 'close'), once(third, 'close')]);
  expect(count).toMatchObject({ tried: 3, open: 0, mostOpen: 2 });
});
