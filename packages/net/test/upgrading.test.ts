import { once } from 'node:events';
import type { Socket } from 'node:net';
import { TLSSocket, connect as tlsConnect } from 'node:tls';
import { ProtocolError, UpgradeTimeoutError, type Wrap } from '@pool/net';
import { eventually, socketPair, testCertificates } from '@pool/testkit';
import { expect, onTestFinished, test } from 'vitest';
import { wirePair } from './wire-pair.ts';

const { ca, server: certificate } = await testCertificates();

const wrapTls: Wrap = async (socket) => {
  const secured = tlsConnect({ socket, host: 'localhost', servername: 'localhost', ca: ca.cert });
  await once(secured, 'secureConnect');
  return secured;
};

function serveTls(far: Socket): TLSSocket {
  const secured = new TLSSocket(far, { isServer: true, cert: certificate.cert, key: certificate.key });
  secured.on('error', () => {});
  return secured;
}

/** A socket on top that can be looked into: just another connection. */
async function anotherSocket(): Promise<{ readonly near: Socket; readonly far: Socket }> {
  const pair = await socketPair();
  onTestFinished(pair.close);
  return pair;
}

test('after an upgrade the wire speaks over the new socket, and says that it is secure', async () => {
  const { wire, far } = await wirePair();
  expect(wire.secure).toBe(false);
  await wire.write('STARTTLS\r\n');
  await once(far, 'data');
  far.write('220 go ahead\r\n');
  expect(await wire.readLine()).toBe('220 go ahead');
  far.removeAllListeners('data');
  const server = serveTls(far);
  server.on('data', (bytes) => server.write(`echo ${bytes}`));
  await wire.upgrade(wrapTls);
  expect(wire.secure).toBe(true);
  await wire.write('hello\r\n');
  expect(await wire.readLine()).toBe('echo hello');
  expect(wire.clean).toBe(true);
});

test('a secured wire is guarded, and notices the end of the peer', async () => {
  const { wire, far } = await wirePair();
  const server = serveTls(far);
  await wire.upgrade(wrapTls);
  wire.guard();
  const broken = new Promise<Error>((resolve) => wire.onBroken(resolve));
  server.end();
  expect(await broken).toMatchObject({ code: 'WIRE_CLOSED' });
});

test('a secured wire is guarded, and notices bytes', async () => {
  const { wire, far } = await wirePair();
  const server = serveTls(far);
  await wire.upgrade(wrapTls);
  wire.guard();
  const broken = new Promise<Error>((resolve) => wire.onBroken(resolve));
  server.write('* BYE');
  expect(await broken).toMatchObject({ code: 'WIRE_PROTOCOL', received: '* BYE' });
});

test('a secured wire survives a reset of its peer, and says so to the next reader', async () => {
  const { wire, far } = await wirePair();
  serveTls(far);
  await wire.upgrade(wrapTls);
  far.resetAndDestroy();
  await expect(wire.readLine()).rejects.toMatchObject({ code: 'WIRE_CLOSED' });
});

test('a secured wire closes politely', async () => {
  const { wire, far } = await wirePair();
  const server = serveTls(far);
  await wire.upgrade(wrapTls);
  server.on('end', () => server.end());
  server.resume();
  await wire.close();
  expect(wire.socket.closed).toBe(true);
});

test('bytes that came with the answer refuse the upgrade, and destroy the wire', async () => {
  const { wire, far } = await wirePair();
  far.write('220 go ahead\r\n250 injected\r\n');
  await wire.readLine();
  let wrapped = false;
  const upgrade = wire.upgrade((socket) => {
    wrapped = true;
    return socket;
  });
  await expect(upgrade).rejects.toThrow(ProtocolError);
  await expect(upgrade).rejects.toThrow(/^14 unread bytes/);
  expect(wrapped).toBe(false);
  expect(wire.alive).toBe(false);
});

test('no byte that comes once the upgrade began is swallowed: the wrap finds it on the socket', async () => {
  const { wire, far } = await wirePair();
  let seen = '';
  await wire.upgrade(async (socket) => {
    far.write('for the new owner');
    await eventually(() => socket.readableLength === 17);
    seen = String(socket.read());
    return socket;
  });
  expect(seen).toBe('for the new owner');
  far.write('for the wire\n');
  expect(await wire.readLine()).toBe('for the wire');
});

test('what is on the new socket already is read after the upgrade', async () => {
  const { wire } = await wirePair();
  const { near, far } = await anotherSocket();
  far.write('first words\n');
  near.pause();
  await eventually(() => near.readableLength > 0);
  await wire.upgrade(() => near);
  expect(wire.socket).toBe(near);
  expect(await wire.readLine()).toBe('first words');
});

test('what becomes of the old socket after the upgrade is the business of the new one', async () => {
  const { wire, far } = await wirePair();
  const old = wire.socket;
  const { near } = await anotherSocket();
  await wire.upgrade(() => near);
  far.resetAndDestroy();
  await eventually(() => old.closed);
  expect(wire.alive).toBe(true);
});

test('an upgrade of a wire whose peer has closed is refused', async () => {
  const { wire, far } = await wirePair();
  far.end();
  await eventually(() => !wire.alive);
  await expect(wire.upgrade(wrapTls)).rejects.toThrow(/closed before the upgrade: the peer closed the connection/);
});

test('the error of a failed wrap is thrown as it is, and the wire is destroyed', async () => {
  const { wire } = await wirePair();
  const error = new Error('certificate has expired');
  await expect(
    wire.upgrade(() => {
      throw error;
    }),
  ).rejects.toBe(error);
  expect(wire.alive).toBe(false);
  await eventually(() => wire.socket.closed);
});

test('a TLS handshake the peer does not understand fails the upgrade', async () => {
  const { wire, far } = await wirePair();
  far.on('data', () => far.write('500 what?\r\n'));
  await expect(wire.upgrade(wrapTls)).rejects.toMatchObject({ code: expect.stringMatching(/^ERR_SSL/) });
  expect(wire.alive).toBe(false);
});

test.each(['end', 'resetAndDestroy'] as const)(
  'an upgrade fails when the peer goes with %s in the middle of it',
  async (ending) => {
    const { wire, far } = await wirePair();
    far.once('data', () => far[ending]());
    await expect(wire.upgrade(wrapTls)).rejects.toThrow();
    expect(wire.alive).toBe(false);
    await eventually(() => wire.socket.closed);
  },
);

test('while an upgrade goes on the wire neither reads nor writes, and is not clean', async () => {
  const { wire } = await wirePair();
  const { near } = await anotherSocket();
  let finish: (socket: Socket) => void = () => {};
  const upgrade = wire.upgrade(
    () =>
      new Promise((resolve) => {
        finish = resolve;
      }),
  );
  await expect(wire.write('x')).rejects.toThrow('while an upgrade is pending');
  await expect(wire.readLine()).rejects.toThrow('while an upgrade is pending');
  await expect(wire.upgrade((socket) => socket)).rejects.toThrow('while an upgrade is pending');
  expect(wire.clean).toBe(false);
  finish(near);
  await upgrade;
  expect(wire.clean).toBe(true);
});

test('an upgrade is refused while a read is pending, and the read goes on', async () => {
  const { wire, far } = await wirePair();
  const read = wire.readLine();
  await expect(wire.upgrade((socket) => socket)).rejects.toThrow('while a read is pending');
  far.write('hello\n');
  expect(await read).toBe('hello');
});

test('an upgrade that times out tells its wrap, and destroys what comes of it later', async () => {
  const { wire } = await wirePair();
  const { near } = await anotherSocket();
  let told: AbortSignal | undefined;
  let finish: (socket: Socket) => void = () => {};
  const upgrade = wire.upgrade(
    (_socket, { signal }) => {
      told = signal;
      return new Promise((resolve) => {
        finish = resolve;
      });
    },
    { timeoutMs: 20 },
  );
  await expect(upgrade).rejects.toThrow(UpgradeTimeoutError);
  expect(told?.aborted).toBe(true);
  expect(wire.alive).toBe(false);
  finish(near);
  await eventually(() => near.closed);
});

test('an upgrade that is aborted rejects with the reason, also when its signal was aborted before', async () => {
  const first = await wirePair();
  const controller = new AbortController();
  const upgrade = first.wire.upgrade(() => new Promise(() => {}), { signal: controller.signal });
  controller.abort('enough');
  await expect(upgrade).rejects.toBe('enough');
  expect(first.wire.alive).toBe(false);
  const second = await wirePair();
  await expect(second.wire.upgrade(wrapTls, { signal: AbortSignal.abort('why') })).rejects.toBe('why');
  expect(second.wire.alive).toBe(false);
});

test('an upgrade fails when the wire is destroyed in the middle of it', async () => {
  const { wire } = await wirePair();
  const upgrade = wire.upgrade(() => new Promise(() => {})).catch((error: unknown) => error);
  wire.destroy(new Error('no more'));
  expect(await upgrade).toMatchObject({
    code: 'WIRE_CLOSED',
    message: expect.stringContaining('closed during an upgrade: no more'),
  });
  await expect(wire.readLine()).rejects.toMatchObject({ code: 'WIRE_CLOSED' });
});

test('a wrap that yields a dead socket fails the upgrade', async () => {
  const { wire } = await wirePair();
  const { near } = await anotherSocket();
  near.destroy();
  await eventually(() => near.closed);
  await expect(wire.upgrade(() => near)).rejects.toMatchObject({ code: 'WIRE_CLOSED' });
});
