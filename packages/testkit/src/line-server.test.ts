import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { eventually } from './eventually.ts';
import { type LineServer, type LineServerOptions, lineServer } from './line-server.ts';

async function serve(options?: LineServerOptions): Promise<LineServer> {
  const server = await lineServer(options);
  onTestFinished(() => server.stop());
  return server;
}

/** A client and all it heard. */
function client(server: LineServer): { readonly socket: Socket; readonly heard: () => string } {
  const socket = connect(server.port, '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  let text = '';
  socket.setEncoding('utf8').on('data', (part) => {
    text += part;
  });
  socket.on('error', () => {});
  return { socket, heard: () => text };
}

test('greets, then echoes line by line, however they are cut', async () => {
  const server = await serve({ greeting: 'hello' });
  const { socket, heard } = client(server);
  socket.write('on');
  await eventually(() => heard() === 'hello\r\n');
  socket.write('e\r\ntwo\nthr');
  await eventually(() => heard() === 'hello\r\none\r\ntwo\r\n');
  expect(server.sessions[0]?.lines).toEqual(['one', 'two']);
  expect(server.commands).toBe(2);
});

test('answers as scripted, in order, and may stay silent', async () => {
  const server = await serve({
    answer: async (line) => {
      if (line === 'slow') await new Promise((resolve) => setImmediate(resolve));
      return line === 'hush' ? undefined : `${line}!`;
    },
  });
  const { socket, heard } = client(server);
  socket.write('slow\r\nhush\r\nfast\r\n');
  await eventually(() => heard() === 'slow!\r\nfast!\r\n');
  expect(server.commands).toBe(3);
});

test('closes an idle connection without a word', async () => {
  const server = await serve({ idleCloseMs: 10 });
  const { socket, heard } = client(server);
  await once(socket, 'end');
  expect(heard()).toBe('');
});

test('closes what is too many, with a word if it has one', async () => {
  const server = await serve({ maxConnections: 1, tooMany: '421 too many' });
  client(server);
  await eventually(() => server.sessions.length === 1);
  const second = client(server);
  await once(second.socket, 'end');
  expect(second.heard()).toBe('421 too many\r\n');
  expect(server).toMatchObject({ connects: 2, refused: 1 });
  expect(server.sessions).toHaveLength(1);
});

test('can reset its clients, and forgets those that are gone', async () => {
  const server = await serve();
  const { socket } = client(server);
  await eventually(() => server.sessions.length === 1);
  server.endAll('reset');
  await eventually(() => socket.errored);
  expect(socket.errored).toMatchObject({ code: 'ECONNRESET' });
  expect(server.sessions).toEqual([]);
});

test('leaves nothing behind when it is stopped', async () => {
  const server = await lineServer();
  const { socket } = client(server);
  await eventually(() => server.sessions.length === 1);
  await server.stop();
  await eventually(() => socket.closed);
  const { socket: late } = client(server);
  await eventually(() => late.errored);
  expect(late.errored).toMatchObject({ code: 'ECONNREFUSED' });
});
