import { inspect } from 'node:util';
import type { PoolEvents } from '@pool/core';
import type { Wire } from '@pool/net';
import { eventually, testCertificates } from '@pool/testkit';
import { ldapLogin, ldapStartTls, tlsClient } from '@pool/tls';
import { describe, expect, test } from 'vitest';
import { opening, openTimeoutMs } from '../starttls/opening.ts';
import { type Script, type ScriptedPeer, scriptedServer } from '../starttls/scripted-peer.ts';
import { credentials, type LoginEnd, protocols, type ScriptedProtocol, secrets } from './protocols.ts';

const { ca, client, server: serverCertificate } = await testCertificates();
// With a key of our own, which is a secret, too.
const material = { host: 'localhost', ca: ca.cert, ...client };

/** Goes on over TLS, and ends the login like that. */
function overTls(end: (peer: ScriptedPeer) => LoginEnd): (protocol: ScriptedProtocol) => Script {
  return (protocol) => async (peer) => {
    peer.say((await protocol.untilStartTls(peer)).yes);
    await peer.secure();
    await protocol.serveLogin(peer, end(peer));
    await peer.ended();
  };
}

const repeated = secrets.join(' ');

/** What happens when the server has the credentials, or before. */
const endings: readonly (readonly [name: string, ending: (protocol: ScriptedProtocol) => Script])[] = [
  [
    'the login goes well',
    overTls(
      () =>
        ({ yes }) =>
          yes,
    ),
  ],
  [
    'the server refuses the login and repeats what it heard',
    overTls(
      () =>
        ({ no }) =>
          `${no} ${repeated}`,
    ),
  ],
  ['the server talks nonsense and repeats what it heard', overTls(() => () => repeated)],
  [
    'the server hangs up when it has them',
    overTls((peer) => () => {
      peer.socket.destroy();
      return undefined;
    }),
  ],
  ['the server says no to STARTTLS', (protocol) => async (peer) => peer.say((await protocol.untilStartTls(peer)).no)],
  [
    'somebody puts words in between',
    (protocol) => async (peer) => peer.write(`${(await protocol.untilStartTls(peer)).yes}\r\n${repeated}`),
  ],
];

/** All that a program could see or log of a pool, and of what happened to it. */
function evidence(...things: readonly unknown[]): string {
  return things
    .map((thing) => {
      const stack = thing instanceof Error ? thing.stack : '';
      return [inspect(thing, { depth: Infinity, showHidden: true }), json(thing), String(thing), stack].join('\n');
    })
    .join('\n');
}

function json(thing: unknown): string {
  try {
    return JSON.stringify(thing) ?? '';
  } catch {
    return '';
  }
}

function expectNoSecrets(text: string): void {
  const keys = [client.key, serverCertificate.key].flatMap((key) =>
    key.split('\n').filter((line) => /^[A-Za-z0-9+/=]{20,}$/.test(line)),
  );
  for (const secret of [...secrets, ...keys]) {
    expect(text).not.toContain(secret);
    // As the bytes of a buffer.
    expect(text).not.toContain(
      Buffer.from(secret)
        .toString('hex')
        .replaceAll(/(..)(?!$)/g, '$1 '),
    );
  }
}

const eventNames = [
  'open',
  'openError',
  'wait',
  'acquire',
  'release',
  'discard',
  'leak',
  'notice',
  'fault',
  'close',
] as const satisfies readonly (keyof PoolEvents)[];

describe.each(protocols)('in $name', (protocol) => {
  test.each(endings)('when %s, no secret shows in any error, event, statistics or inspection', async (_, ending) => {
    const server = await scriptedServer(ending(protocol));
    const shared = tlsClient(material);
    const hooks = [protocol.startTls(shared), protocol.login()];
    const wires: Wire[] = [];
    const { pool } = opening(server.port, [(wire) => void wires.push(wire), ...hooks], { whenDown: 'refuse' });
    const seen: unknown[] = [];
    for (const name of eventNames) pool.on(name, (event?: unknown) => void seen.push(event));
    let end: unknown;
    try {
      await pool.use((wire) => seen.push(wire, wire.socket));
    } catch (error) {
      end = error;
    }
    await eventually(() => seen.length > 0);
    const text = evidence(end, pool, pool.stats, shared, hooks, wires, ...seen);
    expectNoSecrets(text);
    // It was worth looking.
    expect(text).toContain('Pool');
  });

  test('when the limit of the open passes while the server has them, no secret shows', async () => {
    const server = await scriptedServer(overTls(() => () => undefined)(protocol));
    const { clock, failure, pool } = opening(server.port, [protocol.startTls(tlsClient(material)), protocol.login()]);
    await eventually(() => secrets.some((secret) => server.encrypted.includes(secret)));
    await clock.advance(openTimeoutMs);
    const error = await failure();
    expect(error.code).toBe('POOL_OPEN_TIMEOUT');
    expectNoSecrets(evidence(error, pool));
  });
});

test('in LDAP no secret shows, whatever the server repeats', async () => {
  const server = await scriptedServer(async (peer) => {
    await peer.bytes(31);
    peer.write(Buffer.from('300c02010178070a010004000400', 'hex'));
    await peer.secure();
    await peer.arrived();
    const words = Buffer.from(secrets.join(' ').slice(0, 100));
    const body = Buffer.concat([Buffer.from([0x0a, 1, 49, 4, 0, 4, words.length]), words]);
    peer.write(Buffer.concat([Buffer.from([0x30, body.length + 5, 2, 1, 2, 0x61, body.length]), body]));
    await peer.ended();
  });
  const hooks = [ldapStartTls({ tls: material }), ldapLogin({ credentials })];
  const { failure, pool } = opening(server.port, hooks);
  const error = await failure();
  expect(error).toMatchObject({ cause: { code: 'TLS_AUTH', received: expect.stringContaining('alice') } });
  expectNoSecrets(evidence(error, pool, hooks));
});
