import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { available, dovecot, freePort } from '@pool/testkit';
import { describe, expect, onTestFinished, test } from 'vitest';
import { alice, failure, message, open, serve } from './mail-server.ts';
import { scriptedImap } from './scripted-imap.ts';
import { wireTap } from './wire-tap.ts';

describe.runIf(available(dovecot())).each([
  ['the one who runs the tests', false],
  ['an ordinary user', true],
])('on a Dovecot of %s', (_who, ordinary) => {
  test.each(['tls', 'starttls'] as const)('mail is stored and fetched over %s', async (security) => {
    const server = await serve({ ordinary });
    const mail = open(await alice(server, { security }));
    await mail.use((client) => client.append('INBOX', message('first'), ['\\Flagged']));
    const found = await mail.withMailbox('INBOX', { readOnly: true }, (client) =>
      client.fetchAll('1:*', { envelope: true, flags: true }),
    );
    expect(found.map(({ envelope, flags }) => [envelope?.subject, flags?.has('\\Flagged')])).toEqual([['first', true]]);
    expect(await mail.use((client) => client.secureConnection)).toBe(true);
  });
});

describe.runIf(available(dovecot()))('who logs in', () => {
  test.each([
    ['LOGIN', 'LOGIN "alice" "secret"'],
    ['AUTH=LOGIN', 'AUTHENTICATE LOGIN'],
    ['AUTH=PLAIN', 'AUTHENTICATE PLAIN'],
  ] as const)('by %s says %s', async (loginMethod, command) => {
    const server = await serve();
    const tap = await wireTap(server.port('imap'));
    const mail = open({ ...(await alice(server, { security: 'cleartext', loginMethod })), port: tap.port });
    await mail.ready();
    expect(tap.count(command)).toBe(1);
  });

  test('with a token is asked for a fresh one on every open, and its connection ends before the token does', async () => {
    const server = await serve({ config: await oauthConfig((token) => (token.startsWith('token-') ? 'alice' : undefined)) });
    let asked = 0;
    const credentials = () => {
      asked += 1;
      return { username: 'alice', accessToken: `token-${asked}`, expiresAt: Date.now() + 400 };
    };
    const mail = open(await alice(server, { credentials }), { max: 1, min: 1 });
    const expired = new Promise<string>((resolve) => mail.pool.once('discard', ({ reason }) => resolve(reason)));
    await mail.use((client) => client.status('INBOX', { messages: true }));
    expect(await expired).toBe('max-lifetime');
    await mail.use((client) => client.status('INBOX', { messages: true }));
    expect(asked).toBeGreaterThanOrEqual(2);
  });

  test('with a token that was refused is told so at once, and the token is in nothing that is told', async () => {
    const server = await serve({ config: await oauthConfig(() => undefined) });
    const mail = open(await alice(server, { credentials: { username: 'alice', accessToken: 'hush-hush' } }));
    const error = await failure(mail.ready());
    expect(error.cause).toMatchObject({ code: 'TLS_AUTH' });
    expect(inspect(error, { depth: 10 })).not.toContain('hush');
  });

  test('with a wrong password is refused at once, once, and for good; after recycle() the right one does', async () => {
    const server = await serve();
    let password = 'wrong-secret';
    let asked = 0;
    const credentials = () => {
      asked += 1;
      return { username: 'alice', password };
    };
    const mail = open(await alice(server, { credentials }), { max: 2 });
    const errors = await Promise.all([failure(mail.ready()), failure(mail.use(() => {})), failure(mail.use(() => {}))]);
    for (const error of errors) expect(error.cause).toMatchObject({ code: 'TLS_AUTH', openVerdict: 'fatal' });
    await failure(mail.use(() => {}));
    // Side by side, before anybody knew.
    expect(asked).toBeLessThanOrEqual(2);
    expect(inspect(errors, { depth: 10 })).not.toContain('wrong-secret');
    password = 'secret';
    mail.pool.recycle();
    expect(await mail.use((client) => client.authenticated)).toBe(true);
  });
});

test('a token that has expired before it was used opens nothing, and the next one is asked for', async () => {
  const server = await scriptedImap({
    answers: { CAPABILITY: () => '* CAPABILITY IMAP4rev1 AUTH=XOAUTH2 SASL-IR\r\nTAG OK done' },
  });
  let asked = 0;
  const credentials = () => {
    asked += 1;
    return { username: 'alice', accessToken: 'x', expiresAt: asked === 1 ? 1 : Date.now() + 60_000 };
  };
  const mail = open({ host: '127.0.0.1', port: server.port, security: 'cleartext', credentials }, { max: 1 });
  const failed = new Promise<Error>((resolve) => mail.pool.once('openError', ({ error }) => resolve(error)));
  await mail.use((client) => client.noop());
  expect((await failed).message).toContain('the access token has expired already');
  expect(asked).toBe(2);
});

test('credentials that make no sense fail the open, named without their values', async () => {
  const server = await scriptedImap();
  const credentials = () => ({ username: 'alice', password: '' });
  const mail = open({ host: '127.0.0.1', port: server.port, security: 'cleartext', credentials }, { acquireTimeoutMs: 200 });
  expect((await failure(mail.use(() => {}))).message).toContain('credentials.password must be a string that is not empty');
});

/** Dovecot asks us about each token: whose it is, if it is any good. */
async function oauthConfig(userOf: (token: string) => string | undefined): Promise<string> {
  const port = await freePort();
  const introspection = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      const user = userOf(new URLSearchParams(body).get('token') ?? '');
      response.setHeader('content-type', 'application/json').end(JSON.stringify({ active: user !== undefined, user }));
    });
  }).listen(port, '127.0.0.1');
  const dir = await mkdtemp(join(tmpdir(), 'pool-oauth-'));
  await chmod(dir, 0o755);
  const file = join(dir, 'oauth2.conf');
  await writeFile(
    file,
    `introspection_mode = post\nintrospection_url = http://127.0.0.1:${port}/\nactive_attribute = active\nactive_value = true\nusername_attribute = user\n`,
  );
  onTestFinished(async () => {
    introspection.close();
    introspection.closeAllConnections();
    await rm(dir, { recursive: true });
  });
  return `auth_mechanisms = plain xoauth2 oauthbearer
passdb {
  driver = oauth2
  mechanisms = xoauth2 oauthbearer
  args = ${file}
}`;
}
