import { chaosProxy, eventually, lineServer } from '@pool/testkit';
import { expect, onTestFinished, test } from 'vitest';
import { RawConnection, type Target } from './raw-connection.ts';

const isLine = (received: string): boolean => received.endsWith('\r\n');

async function scene() {
  const server = await lineServer();
  const proxy = await chaosProxy({ target: server.address });
  onTestFinished(async () => {
    await proxy.stop();
    await server.stop();
  });
  const target: Target = { host: '127.0.0.1', port: proxy.port };
  const connection = await RawConnection.connect(target, 5_000);
  onTestFinished(() => connection.destroy());
  return { server, proxy, target, connection };
}

test('what is said is answered, one exchange after the other', async () => {
  const { connection } = await scene();
  expect(await connection.exchange('one\r\n', isLine, 5_000)).toBe('one\r\n');
  expect(await connection.exchange('two\r\n', isLine, 5_000)).toBe('two\r\n');
  expect(connection.alive).toBe(true);
});

test('an answer that takes longer than its limit costs the connection', async () => {
  const { connection, proxy } = await scene();
  proxy.behave('black-hole');
  await expect(connection.exchange('one\r\n', isLine, 20)).rejects.toThrow('no answer within 20 ms');
  expect(connection.alive).toBe(false);
});

test.each(['fin', 'reset'] as const)('a peer that ends it with a %s is noticed while it is idle', async (ending) => {
  const { connection, proxy } = await scene();
  const gone: Error[] = [];
  connection.onGone = (error) => gone.push(error);
  proxy.cutAll(ending);
  await eventually(() => gone.length > 0);
  expect(connection.alive).toBe(false);
  await expect(connection.exchange('one\r\n', isLine, 5_000)).rejects.toThrow('it is closed');
  expect(gone).toHaveLength(1);
});

test('a server that is not there is told with the error of the system', async () => {
  const { proxy, target } = await scene();
  proxy.refuse();
  await expect(RawConnection.connect(target, 5_000)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
});

test('what the peer says unasked ends it', async () => {
  const { connection, server } = await scene();
  const session = await eventually(() => server.sessions[0]);
  session.say('hello?');
  await eventually(() => !connection.alive);
});
