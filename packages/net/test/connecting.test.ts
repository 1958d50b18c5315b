import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { type LookupFunction, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectTcp, isSocketError, type TcpOptions } from '@pool/net';
import { eventually, freePort, type LineServer, type LineServerOptions, lineServer } from '@pool/testkit';
import { expect, onTestFinished, test, vi } from 'vitest';

const context = { signal: new AbortController().signal };

async function serve(options?: LineServerOptions): Promise<LineServer> {
  const server = await lineServer(options);
  onTestFinished(() => server.stop());
  return server;
}

async function open(options: TcpOptions): Promise<Socket> {
  const socket = await connectTcp(options, context);
  onTestFinished(() => void socket.destroy());
  return socket;
}

test('resolves with a socket that is connected', async () => {
  const server = await serve({ greeting: '220 hello' });
  const socket = await open({ host: '127.0.0.1', port: server.port });
  expect(socket.readyState).toBe('open');
  expect(String(await once(socket, 'data'))).toBe('220 hello\r\n');
});

test('the socket is paused, so that no greeting is lost before somebody reads', async () => {
  const server = await serve({ greeting: '220 hello' });
  const socket = await open({ host: '127.0.0.1', port: server.port });
  await eventually(() => socket.readableLength > 0);
  expect(String(socket.read())).toBe('220 hello\r\n');
});

test('a Unix socket is connected by its path', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'pool-net-'));
  onTestFinished(() => rm(dir, { recursive: true }));
  await serve({ path: join(dir, 'socket'), greeting: 'hello' });
  const socket = await open({ path: join(dir, 'socket') });
  expect(String(await once(socket, 'data'))).toBe('hello\r\n');
});

test('the name is asked anew for each open, so that a server that moved is found', async () => {
  const here = await serve({ greeting: 'first' });
  const asked: string[] = [];
  const lookup: LookupFunction = (host, _options, answer) => {
    asked.push(host);
    // The second time it has moved to another address.
    answer(null, [{ address: asked.length === 1 ? '127.0.0.1' : '127.0.0.2', family: 4 }]);
  };
  await open({ host: 'moving.test', port: here.port, lookup });
  await expect(connectTcp({ host: 'moving.test', port: here.port, lookup }, context)).rejects.toMatchObject({
    code: 'ECONNREFUSED',
    address: '127.0.0.2',
  });
  expect(asked).toEqual(['moving.test', 'moving.test']);
});

test('Node’s own error tells why a connection was refused', async () => {
  const port = await freePort();
  const error = await connectTcp({ host: '127.0.0.1', port }, context).catch((error: unknown) => error);
  expect(error).toMatchObject({ code: 'ECONNREFUSED', address: '127.0.0.1', port });
  expect(isSocketError(error)).toBe(true);
});

test('when every address of a name fails, the error names them all', async () => {
  const port = await freePort();
  const lookup: LookupFunction = (_host, _options, answer) => {
    answer(null, [
      { address: '127.0.0.1', family: 4 },
      { address: '127.0.0.2', family: 4 },
    ]);
  };
  const error = await connectTcp({ host: 'many.test', port, lookup }, context).catch((error: unknown) => error);
  expect(error).toBeInstanceOf(AggregateError);
  expect(error).toMatchObject({
    code: 'ECONNREFUSED',
    message: `could not connect to many.test, tried 127.0.0.1 port ${port} (ECONNREFUSED), 127.0.0.2 port ${port} (ECONNREFUSED)`,
  });
});

test('the second address serves when the first refuses', async () => {
  const server = await serve({ greeting: 'hello' });
  const lookup: LookupFunction = (_host, _options, answer) => {
    answer(null, [
      { address: '127.0.0.2', family: 4 },
      { address: '127.0.0.1', family: 4 },
    ]);
  };
  const socket = await open({ host: 'many.test', port: server.port, lookup });
  expect(socket.remoteAddress).toBe('127.0.0.1');
});

test('the error of the lookup is the error of the open', async () => {
  const lookup: LookupFunction = (_host, _options, answer) => {
    answer(Object.assign(new Error('getaddrinfo ENOTFOUND no.test'), { code: 'ENOTFOUND' }), []);
  };
  await expect(connectTcp({ host: 'no.test', port: 25, lookup }, context)).rejects.toMatchObject({ code: 'ENOTFOUND' });
});

test('a signal that aborts ends the attempt with its reason, even while the name is looked up', async () => {
  const controller = new AbortController();
  const reason = new Error('too slow');
  const lookup: LookupFunction = () => controller.abort(reason);
  await expect(connectTcp({ host: 'slow.test', port: 25, lookup }, controller)).rejects.toBe(reason);
});

test('an attempt that was aborted leaves no connection behind', async () => {
  const server = await serve();
  const controller = new AbortController();
  const attempt = connectTcp({ host: '127.0.0.1', port: server.port }, controller);
  // Node begins in the next tick; the answer comes later.
  await new Promise<void>((resolve) => process.nextTick(resolve));
  controller.abort('why');
  await expect(attempt).rejects.toBe('why');
  await open({ host: '127.0.0.1', port: server.port });
  await eventually(() => server.connects === 2 && server.sessions.length === 1);
});

test('with a signal that was aborted before nothing is opened', async () => {
  const server = await serve();
  const lookup = vi.fn<LookupFunction>();
  const aborted = { signal: AbortSignal.abort('why') };
  await expect(connectTcp({ host: 'some.test', port: server.port, lookup }, aborted)).rejects.toBe('why');
  expect(lookup).not.toHaveBeenCalled();
  const socket = await open({ host: '127.0.0.1', port: server.port });
  await eventually(() => server.sessions.length === 1);
  expect(socket.destroyed).toBe(false);
  expect(server.connects).toBe(1);
});

test('a signal that aborts later does not touch the socket that was handed out', async () => {
  const server = await serve();
  const controller = new AbortController();
  const socket = await connectTcp({ host: '127.0.0.1', port: server.port }, controller);
  onTestFinished(() => void socket.destroy());
  controller.abort();
  expect(socket.destroyed).toBe(false);
});

test('a reset before anybody listens does not end the process', async () => {
  const server = await serve();
  const socket = await open({ host: '127.0.0.1', port: server.port });
  await eventually(() => server.sessions.length === 1);
  server.endAll('reset');
  await eventually(() => socket.closed);
  expect(socket.errored).toMatchObject({ code: 'ECONNRESET' });
});

test('a socket that somebody else makes is connected in the same way, and gets the same options', async () => {
  const server = await serve({ greeting: 'hello' });
  let given: TcpOptions | undefined;
  const made = new Socket();
  const set: unknown[] = [];
  made.setNoDelay = (on) => {
    set.push(['noDelay', on]);
    return made;
  };
  made.setKeepAlive = (on, delayMs) => {
    set.push(['keepAlive', on, delayMs]);
    return made;
  };
  const socket = await connectTcp(
    { host: '127.0.0.1', port: server.port, keepAliveInitialDelay: 5_000 },
    {
      ...context,
      connect: (options) => {
        given = options;
        return made.connect({ host: '127.0.0.1', port: server.port });
      },
    },
  );
  onTestFinished(() => void socket.destroy());
  expect(socket).toBe(made);
  expect(given).toMatchObject({ host: '127.0.0.1', port: server.port, noDelay: true, keepAlive: true });
  expect(set).toEqual([
    ['noDelay', true],
    ['keepAlive', true, 5_000],
  ]);
});

test('a socket that somebody else makes is destroyed when the attempt is aborted, and a throw is the error of it', async () => {
  const controller = new AbortController();
  const made = new Socket();
  const options = { host: '127.0.0.1', port: 1 };
  const attempt = connectTcp(options, { signal: controller.signal, connect: () => made });
  controller.abort('why');
  await expect(attempt).rejects.toBe('why');
  expect(made.destroyed).toBe(true);
  const thrown = new Error('no socket today');
  const throwing = (): Socket => {
    throw thrown;
  };
  await expect(connectTcp(options, { ...context, connect: throwing })).rejects.toBe(thrown);
});

test('wrong options reject, naming the option', async () => {
  await expect(connectTcp({ host: '127.0.0.1', port: 0 }, context)).rejects.toMatchObject({
    code: 'POOL_BAD_OPTION',
    option: 'port',
  });
});
