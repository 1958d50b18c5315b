import type { TLSSocket } from 'node:tls';
import { Pool } from '@pool/core';
import { Wire } from '@pool/net';
import { eventually, runTypeScript } from '@pool/testkit';
import { tls } from '@pool/tls';
import { describe, expect, onTestFinished, test } from 'vitest';
import { clientOf, failure, never, trusting } from './open.ts';
import { type SecureServer, secureServer } from './secure-server.ts';

interface Pair {
  readonly wire: Wire;
  readonly far: TLSSocket;
  readonly server: SecureServer;
  /** Over TLS 1.2 it came with the handshake. */
  readonly ticket: Promise<unknown>;
}

function broken(wire: Wire): Promise<Error> {
  return new Promise((resolve) => wire.onBroken(resolve));
}

describe.each(['TLSv1.2', 'TLSv1.3'] as const)('over %s', (maxVersion) => {
  async function wirePair(): Promise<Pair> {
    const server = await secureServer({ maxVersion, allowHalfOpen: true } as Parameters<typeof secureServer>[0]);
    const socket = await (await clientOf({ port: server.port })).connect(never);
    // In the next turn: what is written from within the event Node never sends.
    const ticket = new Promise((resolve) => socket.once('session', () => setImmediate(resolve)));
    const wire = new Wire(socket);
    onTestFinished(() => wire.destroy());
    await server.finished(1);
    return { wire, far: server.sockets[0]!, server, ticket };
  }

  test('a fresh wire is secure, alive and clean, and stays so when tickets come', async () => {
    const { wire, far, ticket } = await wirePair();
    wire.guard();
    // With TLS 1.3 the tickets are on their way: they are no bytes for anybody.
    if (maxVersion === 'TLSv1.3') await ticket;
    expect([wire.secure, wire.alive, wire.clean]).toEqual([true, true, true]);
    wire.unguard();
    await wire.write('hello\r\n');
    expect(await wire.readLine()).toBe('hello');
    expect(far.destroyed).toBe(false);
  });

  test('an idle wire breaks when bytes come', async () => {
    const { wire, far } = await wirePair();
    wire.guard();
    const told = broken(wire);
    far.write('* BYE\r\n');
    expect(await told).toMatchObject({ code: 'WIRE_PROTOCOL', received: '* BYE\r\n' });
    expect(wire.alive).toBe(false);
    await eventually(() => wire.socket.closed);
  });

  test('an idle wire breaks when the peer says goodbye and closes', async () => {
    const { wire, far } = await wirePair();
    wire.guard();
    const told = broken(wire);
    far.end();
    expect(await told).toMatchObject({ code: 'WIRE_CLOSED' });
    expect(wire.alive).toBe(false);
  });

  test('an idle wire breaks when the peer goes without goodbye', async () => {
    const { wire, server } = await wirePair();
    wire.guard();
    const told = broken(wire);
    server.resetAll();
    expect(await told).toMatchObject({ code: 'WIRE_CLOSED' });
  });

  test('what the peer said before it closed can still be read; then comes the end, not a line cut off', async () => {
    const { wire, far } = await wirePair();
    const told = broken(wire);
    far.end('one\r\ntwo\r\nthr');
    await told;
    expect(await wire.readLine()).toBe('one');
    expect(await wire.readLine()).toBe('two');
    expect(await failure(wire.readLine())).toMatchObject({ code: 'WIRE_CLOSED' });
  });

  test('a peer that is not read is held back, and everything comes in the end', async () => {
    const { wire, far } = await wirePair();
    const chunk = Buffer.alloc(64 * 1024, 'x');
    const total = 400 * chunk.length;
    let sent = 0;
    const pump = (): void => {
      while (sent < total) {
        sent += chunk.length;
        if (!far.write(chunk)) return void far.once('drain', pump);
      }
    };
    pump();
    await eventually(() => wire.bufferedBytes > 0 && far.writableNeedDrain);
    const held = wire.bufferedBytes;
    expect(held).toBeLessThan(2_000_000);
    let read = 0;
    while (read < total) read += (await wire.read(chunk.length)).length;
    expect(wire.bufferedBytes).toBe(0);
    expect(sent).toBe(total);
  });

  test('a write is taken when the peer reads, not before', async () => {
    const { wire, far } = await wirePair();
    far.removeAllListeners('data');
    far.pause();
    let done = false;
    const written = wire.write(Buffer.alloc(32 * 1024 * 1024)).then(() => {
      done = true;
    });
    await eventually(() => wire.socket.writableLength > 0);
    expect([done, wire.clean]).toEqual([false, false]);
    far.resume();
    await written;
    expect(wire.clean).toBe(true);
  });

  test('closing says goodbye, and waits for that of the peer', async () => {
    const { wire, far } = await wirePair();
    let ended = false;
    far.on('end', () => {
      ended = true;
      far.end();
    });
    await wire.close();
    expect(ended).toBe(true);
    expect(wire.socket.closed).toBe(true);
  });

  test('closing ends when its signal does, although the peer says no goodbye', async () => {
    const { wire, server } = await wirePair();
    server.silence();
    const controller = new AbortController();
    const closing = wire.close(controller);
    controller.abort();
    await closing;
    expect(wire.socket.closed).toBe(true);
  });

  test('a read that times out destroys both sockets', async () => {
    const { wire, far } = await wirePair();
    expect(await failure(wire.readLine({ timeoutMs: 5 }))).toMatchObject({ code: 'WIRE_READ_TIMEOUT' });
    expect(wire.socket.destroyed).toBe(true);
    await eventually(() => far.readableEnded || far.destroyed);
  });
});

test('a pool over TLS replaces what breaks while idle, and lends no dead connection', async () => {
  const server = await secureServer();
  const pool = new Pool(tls(await trusting({ port: server.port })), { min: 2, max: 2 });
  onTestFinished(async () => void (await pool.close({ drainTimeoutMs: 0 })));
  await pool.ready();
  await eventually(() => pool.stats.idle === 2);
  await server.finished(2);
  server.resetAll();
  await eventually(() => server.handshakes >= 4 && pool.stats.idle === 2);
  await pool.use(async (wire) => {
    await wire.write('hello\r\n');
    expect(await wire.readLine()).toBe('hello');
  });
});

test('idle connections of a pool over TLS do not keep the process alive', async () => {
  const server = await secureServer();
  const { exitCode, stdout, stderr, timedOut } = await runTypeScript(new URL('fixtures/idle-pool.ts', import.meta.url), {
    args: [String(server.port), String((await trusting({ port: server.port })).ca)],
  });
  expect({ exitCode, stdout, stderr, timedOut }).toEqual({ exitCode: 0, stdout: 'hello\n', stderr: '', timedOut: false });
});
