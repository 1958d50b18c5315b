import { eventually } from '@pool/testkit';
import { AlpnError, tlsInfo } from '@pool/tls';
import { expect, test } from 'vitest';
import { clientOf, failure, never, open } from './open.ts';
import { secureServer } from './secure-server.ts';

test('of what was offered the server chooses', async () => {
  const server = await secureServer({ ALPNProtocols: ['two', 'one'] });
  const socket = await open(await clientOf({ port: server.port, ALPNProtocols: ['one', 'two'] }));
  expect(socket.alpnProtocol).toBe('two');
  expect(tlsInfo(socket)?.alpnProtocol).toBe('two');
});

test('it is agreed on again by a connection that resumes', async () => {
  const server = await secureServer({ ALPNProtocols: ['one'] });
  const client = await clientOf({ port: server.port, ALPNProtocols: ['one'] });
  const first = await open(client);
  await new Promise((resolve) => first.once('session', resolve));
  expect(tlsInfo(await open(client))).toMatchObject({ resumed: true, alpnProtocol: 'one' });
});

test('a server that knows nothing of protocols is refused', async () => {
  const server = await secureServer();
  const error = await failure((await clientOf({ port: server.port, ALPNProtocols: ['one', 'two'] })).connect(never));
  expect(error).toBeInstanceOf(AlpnError);
  expect(error).toMatchObject({ code: 'TLS_ALPN', chosen: undefined });
  expect(error.message).toMatch(/localhost:\d+ chose none of the protocols offered by ALPN \(one, two\)\. .*requireAlpn/);
  await eventually(() => server.sockets.length === 0);
});

test('unless that is allowed', async () => {
  const server = await secureServer();
  const socket = await open(await clientOf({ port: server.port, ALPNProtocols: ['one'], requireAlpn: false }));
  expect(tlsInfo(socket)?.alpnProtocol).toBeUndefined();
});

test.each(['TLSv1.2', 'TLSv1.3'] as const)('a server that knows none of them says so over %s', async (maxVersion) => {
  const server = await secureServer({ ALPNProtocols: ['three'], maxVersion });
  const client = await clientOf({ port: server.port, ALPNProtocols: ['one'], requireAlpn: false });
  const error = await failure(client.connect(never));
  expect(error).toBeInstanceOf(AlpnError);
  expect(error.message).toMatch(/speaks none of the protocols offered by ALPN \(one\)/);
  expect(error.cause).toBeInstanceOf(Error);
});

test('with nothing offered nothing is asked for', async () => {
  const server = await secureServer({ ALPNProtocols: ['three'] });
  expect(tlsInfo(await open(await clientOf({ port: server.port })))?.alpnProtocol).toBeUndefined();
});
