import { createPrivateKey } from 'node:crypto';
import { once } from 'node:events';
import { inspect } from 'node:util';
import { type Connector, Pool } from '@pool/core';
import { connectTcp, type Wire } from '@pool/net';
import { eventually, testCertificates } from '@pool/testkit';
import { type TlsClient, tls, tlsClient, tlsInfo } from '@pool/tls';
import { describe, expect, onTestFinished, test } from 'vitest';
import { failure, never, open, trusting } from './open.ts';
import { secureServer } from './secure-server.ts';

const passphrase = 'correct horse battery staple';

/** All that can be seen of it. */
function seen(value: unknown): string {
  const everything = inspect(value, { depth: Infinity, showHidden: true, maxArrayLength: Infinity, maxStringLength: Infinity });
  return `${everything}\n${String(value)}\n${JSON.stringify(value, withoutCycles())}`;
}

function withoutCycles(): (key: string, value: unknown) => unknown {
  const above = new Set<unknown>();
  return (_key, value) => {
    if (typeof value === 'bigint') return String(value);
    if (typeof value !== 'object' || value === null) return value;
    if (above.has(value)) return undefined;
    above.add(value);
    return value;
  };
}

/** As inspecting a buffer prints bytes, and as JSON does. */
function bytesIn(bytes: Buffer, text: string): boolean {
  // Somewhere in the middle: the beginning of two sessions is the same, and says nothing.
  const part = bytes.subarray(100, 116);
  const forms = [
    part.toString('hex').replaceAll(/(..)(?=.)/g, '$1 '),
    [...part].join(','),
    part.toString('hex'),
    part.toString('base64').slice(0, 16),
  ];
  return forms.some((form) => text.includes(form));
}

interface Secrets {
  readonly key: string;
  readonly sessions: Buffer[];
}

function expectNone(value: unknown, { key, sessions }: Secrets): void {
  const text = seen(value);
  expect(text).not.toMatch(/PRIVATE KEY/);
  expect(text).not.toContain(passphrase);
  const body = key.split('\n')[1] ?? '';
  expect(body.length).toBeGreaterThan(40);
  expect(text).not.toContain(body);
  expect(bytesIn(Buffer.from(key), text)).toBe(false);
  for (const session of sessions) expect(bytesIn(session, text)).toBe(false);
}

async function secretOptions(port: number): Promise<{ readonly secrets: Secrets; readonly client: TlsClient }> {
  const { client } = await testCertificates();
  const key = String(createPrivateKey(client.key).export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase }));
  const options = { ...(await trusting({ port })), cert: client.cert, key, passphrase };
  return { secrets: { key, sessions: [] }, client: tlsClient(options) };
}

describe.each(['TLSv1.2', 'TLSv1.3'] as const)('over %s', (maxVersion) => {
  test('nothing that can be inspected shows a key, a passphrase or a session', async () => {
    const server = await secureServer({ requestCert: true, rejectUnauthorized: false, maxVersion });
    const { secrets, client } = await secretOptions(server.port);
    const connector: Connector<Wire> = tls(client);
    const pool = new Pool(connector, { max: 2 });
    onTestFinished(async () => void (await pool.close({ drainTimeoutMs: 0 })));
    const events: unknown[] = [];
    for (const event of ['open', 'openError', 'acquire', 'release', 'discard', 'notice', 'fault', 'close'] as const) {
      pool.on(event, (...args: unknown[]) => events.push(args));
    }
    const first = await open(client);
    first.on('session', (session: Buffer) => secrets.sessions.push(session));
    const session = first.getSession();
    if (session !== undefined) secrets.sessions.push(session);
    first.write('hello');
    await once(first, 'data');
    const resumed = await open(client);
    expect(tlsInfo(resumed)?.resumed).toBe(true);
    expect(secrets.sessions.length).toBeGreaterThan(0);
    const below = await connectTcp({ host: '127.0.0.1', port: server.port }, never);
    const secured = await client.secure(below, never);
    onTestFinished(() => void secured.destroy());
    expect(tlsInfo(secured)?.resumed).toBe(true);
    const lease = await pool.acquire();
    for (const value of [
      client,
      connector,
      pool,
      pool.stats,
      first,
      resumed,
      secured,
      below,
      lease,
      lease.value,
      lease.value.socket,
      tlsInfo(resumed),
    ]) {
      expectNone(value, secrets);
    }
    lease.release();
    await client.rotate();
    await eventually(() => pool.stats.idle === 0);
    expectNone(events, secrets);
  });
});

test('nor does any error', async () => {
  const { expired, otherName, strangeClient } = await testCertificates();
  const errors: Error[] = [];
  let secrets: Secrets | undefined;
  for (const certificate of [expired, otherName]) {
    const made = await secretOptions((await secureServer(certificate)).port);
    secrets = made.secrets;
    errors.push(await failure(made.client.connect(never)));
  }
  const { client } = await testCertificates();
  const key = secrets?.key ?? '';
  const make = async (options: object): Promise<Error> =>
    failure((async () => tlsClient({ host: 'localhost', port: 1, ...options }))());
  errors.push(
    await make({ cert: client.cert, key, passphrase: 'wrong' }),
    await make({ cert: client.cert, key }),
    await make({ cert: strangeClient.cert, key, passphrase }),
    await make({ cert: client.cert, key: key.slice(0, 200), passphrase }),
    await make({ cert: key, key: client.cert, passphrase }),
    await make({ passphrase: Buffer.from(passphrase) }),
    await make({ passphrase: [passphrase] }),
    await make({ key: { pem: key, passphrase } }),
    await make({ key: 7, cert: client.cert }),
    await make({ Key: key }),
    await make({ passphrse: passphrase }),
    await make({ pfx: key, passphrase }),
    await make({ session: Buffer.from(passphrase) }),
  );
  expect(errors).toHaveLength(15);
  for (const error of errors) {
    expect(error).toHaveProperty('code');
    expectNone(error, { key, sessions: [] });
  }
});
