import type { Wire } from '@pool/net';
import { eventually, testCertificates } from '@pool/testkit';
import { describe, expect, test } from 'vitest';
import { opening, openTimeoutMs } from '../starttls/opening.ts';
import { type Script, type ScriptedPeer, type ScriptedServer, scriptedServer } from '../starttls/scripted-peer.ts';
import { expectNothingInTheClear } from './expect-no-secrets.ts';
import { hooksOf, protocols, type ScriptedProtocol } from './protocols.ts';

const { ca } = await testCertificates();
const tls = { host: 'localhost', ca: ca.cert };

/** Where a server can go wrong: each comes so far, then does what `then` does. */
const stages: readonly (readonly [name: string, script: (protocol: ScriptedProtocol, then: Script) => Script])[] = [
  ['at the beginning', (_, then) => then],
  [
    'where the answer to STARTTLS should be',
    (protocol, then) => async (peer) => {
      await protocol.untilStartTls(peer);
      await then(peer);
    },
  ],
  [
    'where the handshake should be',
    (protocol, then) => async (peer) => {
      peer.say((await protocol.untilStartTls(peer)).yes);
      await peer.arrived();
      await then(peer);
    },
  ],
  [
    'over TLS, where it should answer the first question',
    (protocol, then) => async (peer) => {
      peer.say((await protocol.untilStartTls(peer)).yes);
      await peer.secure();
      await peer.arrived();
      await then(peer);
    },
  ],
];

interface Stalled {
  readonly server: ScriptedServer;
  readonly wires: readonly Wire[];
  readonly opened: ReturnType<typeof opening>;
  /** The server has come to the stage. */
  readonly reached: Promise<void>;
}

async function stall(protocol: ScriptedProtocol, stage: (typeof stages)[number][1], then: Script): Promise<Stalled> {
  let reach: () => void = () => {};
  const reached = new Promise<void>((resolve) => {
    reach = resolve;
  });
  const script = stage(protocol, async (peer) => {
    reach();
    await then(peer);
  });
  const server = await scriptedServer(script);
  const wires: Wire[] = [];
  const opened = opening(server.port, [(wire) => void wires.push(wire), ...hooksOf(protocol, tls)]);
  return { server, wires, opened, reached };
}

/** One of 16 KiB. */
const record = [0x16, 3, 3, 0x40, 0, 2, 0, 0x3f, 0xf0, 3, 3];

/** As fast as the client takes it, until it has hung up. */
async function flood(peer: ScriptedPeer, chunk: string): Promise<void> {
  const { socket } = peer;
  while (socket.writable) {
    if (socket.write(chunk)) await new Promise((resolve) => setImmediate(resolve));
    else
      await new Promise<void>((resolve) => {
        socket.once('drain', resolve);
        socket.once('close', resolve);
      });
  }
}

describe.each(protocols)('in $name', (protocol) => {
  describe.each(stages)('%s', (_, stage) => {
    test('silence ends with the limit of the open', async () => {
      const { server, opened, reached } = await stall(protocol, stage, (peer) => peer.ended());
      await reached;
      await opened.clock.advance(openTimeoutMs - 1);
      expect(opened.pool.stats).toMatchObject({ opening: 1, totals: { openFailed: 0 } });
      await opened.clock.advance(1);
      expect(await opened.failure()).toMatchObject({
        code: 'POOL_OPEN_TIMEOUT',
        step: 'init',
        message: expect.stringContaining(`${openTimeoutMs} ms`),
      });
      await server.peers[0]?.ended();
      expectNothingInTheClear(server);
    });

    test('a byte now and then does not stretch the limit of the open', async () => {
      let drip: () => void = () => {};
      const { server, opened, reached } = await stall(protocol, stage, (peer) => {
        let drops = 0;
        // Where TLS is expected it looks like TLS: the head of a record, and the beginning of a ServerHello.
        const drop = (): number => (peer.cleartext.includes('\x16') ? record[drops++] : 0x32) ?? 0;
        drip = () => peer.write(Uint8Array.of(drop()));
        return peer.ended();
      });
      await reached;
      for (let drop = 0; drop < 10; drop++) {
        expect(opened.pool.stats.totals.openFailed).toBe(0);
        drip();
        await opened.clock.advance(openTimeoutMs / 10);
      }
      expect((await opened.failure()).code).toBe('POOL_OPEN_TIMEOUT');
      await server.peers[0]?.ended();
      expectNothingInTheClear(server);
    });

    test('bytes without an end of line, and without an end, are taken up to a limit', async () => {
      const { server, wires, opened } = await stall(protocol, stage, (peer) => flood(peer, 'x'.repeat(65_536)));
      expect(await opened.failure()).toMatchObject({
        code: 'POOL_OPEN_FAILED',
        cause: { code: expect.stringMatching(/^(WIRE_PROTOCOL|TLS_STARTTLS_INJECTION)$/) },
      });
      await server.peers[0]?.ended();
      expectNothingInTheClear(server);
      // One line, and what the socket holds.
      expect(wires[0]?.socket.bytesRead).toBeLessThan(65_536 * 8);
    });
  });

  test('a server that goes away in the middle of the handshake fails the open', async () => {
    const server = await scriptedServer(async (peer) => {
      peer.say((await protocol.untilStartTls(peer)).yes);
      await peer.arrived();
      peer.socket.resetAndDestroy();
    });
    const { failure } = opening(server.port, hooksOf(protocol, tls));
    expect(await failure()).toMatchObject({ code: 'POOL_OPEN_FAILED', cause: { code: 'TLS_HANDSHAKE' } });
    expectNothingInTheClear(server);
  });
});

test.each(protocols.filter(({ goesOn }) => goesOn !== undefined))(
  'in $name an answer of ever more lines is taken up to a limit',
  async (protocol) => {
    const server = await scriptedServer(async (peer) => {
      peer.say((await protocol.untilStartTls(peer)).yes);
      await peer.secure();
      await peer.arrived();
      if (protocol.name === 'POP3') peer.say('+OK');
      await flood(peer, `${protocol.goesOn}\r\n`.repeat(1_000));
    });
    const wires: Wire[] = [];
    const { failure } = opening(server.port, [(wire) => void wires.push(wire), ...hooksOf(protocol, tls)]);
    expect(await failure()).toMatchObject({
      cause: { code: 'WIRE_PROTOCOL', message: expect.stringContaining('longer than 65536 bytes') },
    });
    await server.peers[0]?.ended();
    expectNothingInTheClear(server);
    expect(wires[0]?.socket.bytesRead).toBeLessThan(65_536 * 8);
  },
);

test('a client that waits holds back a server that floods it', async () => {
  const server = await scriptedServer((peer) => flood(peer, 'x'.repeat(65_536)));
  const wires: Wire[] = [];
  const { clock, failure } = opening(server.port, [
    (wire, { signal }) => {
      wires.push(wire);
      return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
    },
  ]);
  await eventually(() => wires[0] !== undefined && wires[0].bufferedBytes > 0);
  await eventually(() => (server.peers[0]?.socket.writableLength ?? 0) > 0, { what: 'the server is held back' });
  expect(wires[0]?.bufferedBytes).toBeLessThan(65_536 * 4);
  await clock.advance(openTimeoutMs);
  expect((await failure()).code).toBe('POOL_OPEN_TIMEOUT');
});
