import { once } from 'node:events';
import type { LookupFunction } from 'node:net';
import type { DetailedPeerCertificate, PeerCertificate } from 'node:tls';
import { testCertificates } from '@pool/testkit';
import { connectTls, tlsInfo } from '@pool/tls';
import { expect, onTestFinished, test } from 'vitest';
import { clientOf, failure, never, open, trusting } from './open.ts';
import { secureServer } from './secure-server.ts';

test.each(['TLSv1.2', 'TLSv1.3'] as const)('a connection over %s is verified, and says what was agreed on', async (version) => {
  const server = await secureServer({ maxVersion: version });
  const socket = await open(await clientOf({ port: server.port }));
  expect(socket.authorized).toBe(true);
  expect(tlsInfo(socket)).toMatchObject({
    servername: 'localhost',
    protocol: version,
    cipher: expect.stringMatching(/AES|CHACHA/),
    alpnProtocol: undefined,
    resumed: false,
    certificate: { subject: 'localhost', issuer: 'test authority', names: ['localhost', '127.0.0.1', '0:0:0:0:0:0:0:1'] },
  });
});

test('the socket is paused: nothing that the server says first is lost', async () => {
  const server = await secureServer();
  const socket = await open(await clientOf({ port: server.port }));
  await server.finished(1);
  server.sockets[0]?.write('220 hello\r\n');
  await once(socket, 'readable');
  expect(String(socket.read())).toBe('220 hello\r\n');
});

test('connectTls connects once, without a client', async () => {
  const server = await secureServer();
  const socket = await connectTls(await trusting({ port: server.port }), never);
  onTestFinished(() => void socket.destroy());
  expect(tlsInfo(socket)?.certificate.subject).toBe('localhost');
});

test('a name is asked for', async () => {
  const server = await secureServer();
  await open(await clientOf({ port: server.port }));
  await server.finished(1);
  expect(server.names).toEqual(['localhost']);
});

test('an address is not asked for, and is checked all the same', async () => {
  const server = await secureServer();
  const socket = await open(await clientOf({ port: server.port, host: '127.0.0.1' }));
  await server.finished(1);
  expect(server.names).toEqual([undefined]);
  expect(tlsInfo(socket)?.servername).toBe('127.0.0.1');
  server.setCertificate((await testCertificates()).otherName);
  expect(await failure((await clientOf({ port: server.port, host: '127.0.0.1' })).connect(never))).toMatchObject({
    code: 'TLS_CERTIFICATE',
    reason: 'ERR_TLS_CERT_ALTNAME_INVALID',
  });
});

test('another name than that of the host is asked for and checked', async () => {
  const server = await secureServer((await testCertificates()).otherName);
  await open(await clientOf({ port: server.port, servername: 'other.test' }));
  await server.finished(1);
  expect(server.names).toEqual(['other.test']);
});

test.each([
  ['OTHER.test', 'other.test'],
  ['other.test.', 'other.test'],
])('the name %s is asked for as %s', async (servername, asked) => {
  const server = await secureServer((await testCertificates()).otherName);
  await open(await clientOf({ port: server.port, servername }));
  await server.finished(1);
  expect(server.names).toEqual([asked]);
});

test('a name of other letters is asked for in ASCII', async () => {
  const { ca } = await testCertificates();
  const server = await secureServer(await ca.server({ names: ['xn--mnchen-3ya.test'] }));
  await open(await clientOf({ port: server.port, servername: 'münchen.test' }));
  await server.finished(1);
  expect(server.names).toEqual(['xn--mnchen-3ya.test']);
});

test('what is refused at the port is Node’s own error', async () => {
  const server = await secureServer();
  await server.stop();
  expect(await failure((await clientOf({ port: server.port })).connect(never))).toMatchObject({ code: 'ECONNREFUSED' });
});

test('options of TCP reach the socket below', async () => {
  const server = await secureServer();
  await open(await clientOf({ port: server.port, localAddress: '127.0.0.3' }));
  await server.finished(1);
  expect(server.sockets[0]?.remoteAddress).toBe('127.0.0.3');
});

test('a connection that nobody listens to survives a reset', async () => {
  const server = await secureServer();
  const socket = await open(await clientOf({ port: server.port }));
  const closed = new Promise((resolve) => socket.once('close', resolve));
  socket.resume();
  await server.finished(1);
  server.resetAll();
  await closed;
});

test('a socket that no client secured has nothing to tell', async () => {
  const server = await secureServer();
  expect(tlsInfo(await open(await clientOf({ port: server.port })))).toBeDefined();
  await server.finished(1);
  expect(tlsInfo(server.sockets[0]!)).toBeUndefined();
});

test('a connection that is closed still tells whose it was', async () => {
  const server = await secureServer();
  const socket = await open(await clientOf({ port: server.port }));
  socket.destroy();
  await once(socket, 'close');
  expect(tlsInfo(socket)).toMatchObject({ protocol: undefined, cipher: undefined, certificate: { subject: 'localhost' } });
});

test('the second address serves when the first refuses; the name is checked all the same, and the session resumed', async () => {
  const server = await secureServer();
  const lookup: LookupFunction = (_host, _options, answer) => {
    answer(null, [
      { address: '127.0.0.2', family: 4 },
      { address: '127.0.0.1', family: 4 },
    ]);
  };
  const client = await clientOf({ port: server.port, lookup });
  const first = await open(client);
  first.write('hello');
  await once(first, 'data');
  const second = await open(client);
  expect([first, second].map((socket) => tlsInfo(socket)?.resumed)).toEqual([false, true]);
  await server.finished(2);
  expect(server.names).toEqual(['localhost', 'localhost']);
  server.setCertificate((await testCertificates()).otherName);
  expect(await failure((await clientOf({ port: server.port, lookup })).connect(never))).toMatchObject({
    code: 'TLS_CERTIFICATE',
  });
});

test('when every address of a name fails, the error names them all', async () => {
  const server = await secureServer();
  await server.stop();
  const lookup: LookupFunction = (_host, _options, answer) => {
    answer(null, [
      { address: '127.0.0.1', family: 4 },
      { address: '127.0.0.2', family: 4 },
    ]);
  };
  const error = await failure((await clientOf({ host: 'many.test', port: server.port, lookup })).connect(never));
  expect(error.message).toMatch(/^could not connect to many\.test, tried 127\.0\.0\.1 port .* 127\.0\.0\.2 port/);
});

test('a check of the user’s sees the whole chain, and whoever asks a socket later does, too', async () => {
  const server = await secureServer();
  const issuers: unknown[] = [];
  const issuerIn = (certificate: PeerCertificate): unknown =>
    (certificate as DetailedPeerCertificate).issuerCertificate?.subject.CN;
  const checking = await clientOf({
    port: server.port,
    checkServerIdentity: (_name, certificate) => {
      issuers.push(issuerIn(certificate));
      return undefined;
    },
  });
  await open(checking);
  issuers.push(issuerIn((await open(await clientOf({ port: server.port }))).getPeerCertificate(true)));
  expect(issuers).toEqual(['test authority', 'test authority']);
});
