import { type InitHook, type OpenError, Pool } from '@pool/core';
import { tcp, type Wire } from '@pool/net';
import {
  available,
  dovecot,
  lineServer,
  postgres,
  type RealServer,
  type Recipe,
  realServer,
  type SmtpServer,
  type SmtpServerOptions,
  slapd,
  smtpServer,
  stunnel,
  testCertificates,
} from '@pool/testkit';
import {
  imapLogin,
  imapStartTls,
  ldapLogin,
  ldapStartTls,
  pop3Login,
  pop3StartTls,
  postgresStartTls,
  type SaslMechanism,
  saslLogin,
  saslPlain,
  saslScramSha256,
  smtpLogin,
  smtpStartTls,
  tlsClient,
  tls as tlsConnector,
  tlsInfo,
} from '@pool/tls';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';

const certificates = await testCertificates();
const tls = { host: 'localhost', ca: certificates.ca.cert };
const alice = { username: 'alice', password: 'secret' };

function poolOf(port: number, init: readonly InitHook<Wire>[], from?: { readonly localAddress: string }): Pool<Wire> {
  const pool = new Pool(tcp({ host: '127.0.0.1', port, ...from }), { max: 3, init });
  onTestFinished(async () => {
    await pool.close();
  });
  return pool;
}

async function failure(pool: Pool<Wire>): Promise<OpenError> {
  const failed = new Promise<OpenError>((resolve) => {
    pool.once('openError', ({ error }) => resolve(error));
  });
  pool.acquire().then(
    (lease) => lease.release(),
    () => {},
  );
  return failed;
}

/** One exchange of lines. */
function ask(pool: Pool<Wire>, line: string, end: RegExp): Promise<readonly string[]> {
  return pool.use(async (wire) => {
    expect(wire.secure).toBe(true);
    await wire.write(`${line}\r\n`);
    const answer = [await wire.readLine()];
    while (!end.test(answer.at(-1) ?? '')) answer.push(await wire.readLine());
    return answer;
  });
}

/** Until the tests of this block are over. */
function started(recipe: Recipe): () => RealServer {
  let server: RealServer | undefined;
  beforeAll(async () => {
    server = await realServer(recipe);
  });
  afterAll(async () => {
    await server?.stop();
  });
  return () => {
    if (server === undefined) throw new Error('the server has not started');
    return server;
  };
}

const scram = 'auth_mechanisms = plain login scram-sha-256';

describe.runIf(available(dovecot()))('Dovecot', () => {
  const server = started(dovecot({ config: scram }));

  test.each<[string, readonly SaslMechanism[] | undefined]>([
    ['SCRAM-SHA-256 by itself', undefined],
    ['SCRAM-SHA-256', [saslScramSha256]],
    ['PLAIN', [saslPlain]],
    ['LOGIN', [saslLogin]],
  ])('lends connections that are logged in with %s over STARTTLS', async (_, mechanisms) => {
    const pool = poolOf(server().port('imap'), [imapStartTls({ tls }), imapLogin({ credentials: alice, mechanisms })]);
    expect(await ask(pool, 'a STATUS INBOX (MESSAGES)', /^a /)).toContain('* STATUS INBOX (MESSAGES 0)');
  });

  test('lends connections that are logged in over TLS from the first byte', async () => {
    const pool = new Pool(tlsConnector({ ...tls, port: server().port('imaps') }), {
      max: 1,
      init: imapLogin({ credentials: alice }),
    });
    expect((await ask(pool, 'a NOOP', /^a /)).at(-1)).toMatch(/^a OK/);
    await pool.close();
  });

  test('sees no password in the clear, and says that it lets nobody in', async () => {
    // From an address that is not the server's own: that it takes for a secure way.
    const pool = poolOf(
      server().port('imap'),
      [imapLogin({ credentials: alice, allowCleartext: true, mechanisms: [saslPlain] })],
      {
        localAddress: '127.0.0.2',
      },
    );
    expect(await failure(pool)).toMatchObject({ cause: { code: 'TLS_AUTH_UNAVAILABLE' } });
  });

  test.each<[string, readonly SaslMechanism[] | undefined]>([
    ['SCRAM-SHA-256', [saslScramSha256]],
    ['PLAIN', [saslPlain]],
  ])('refuses a wrong password (%s), and is not asked again', async (_, mechanisms) => {
    const wrong = { username: 'alice', password: 'wrong' };
    const pool = poolOf(server().port('imap'), [imapStartTls({ tls }), imapLogin({ credentials: wrong, mechanisms })]);
    expect(await failure(pool)).toMatchObject({ hook: 'imapLogin', cause: { code: 'TLS_AUTH' } });
    await expect(pool.acquire()).rejects.toMatchObject({ code: 'POOL_OPEN_FAILED', cause: { code: 'TLS_AUTH' } });
    expect(pool.stats.totals.openFailed).toBe(1);
  });

  test('resumes the sessions of one client on the connections of a pool', async () => {
    const client = tlsClient(tls);
    const pool = poolOf(server().port('imap'), [imapStartTls({ tls: client }), imapLogin({ credentials: alice })]);
    const resumed = (): Promise<boolean | undefined> => pool.use((wire) => tlsInfo(wire.socket)?.resumed);
    expect(await resumed()).toBe(false);
    pool.recycle();
    expect(await resumed()).toBe(true);
  });

  test('is not believed under another name', async () => {
    const pool = poolOf(server().port('imap'), [
      imapStartTls({ tls: { ...tls, host: 'other.test' } }),
      imapLogin({ credentials: alice }),
    ]);
    expect(await failure(pool)).toMatchObject({ hook: 'imapStartTls', cause: { code: 'TLS_CERTIFICATE' } });
  });
});

describe.runIf(available(dovecot()))('Dovecot with room for one', () => {
  const server = started(dovecot({ maxUserConnections: 1 }));

  test('says so, and the pool makes do with the one it has', async () => {
    const pool = poolOf(server().port('imap'), [imapStartTls({ tls }), imapLogin({ credentials: alice })]);
    const lease = await pool.acquire();
    expect(await failure(pool)).toMatchObject({ cause: { code: 'TLS_AUTH_UNAVAILABLE' } });
    expect(pool.stats.effectiveMax).toBe(1);
    lease.release();
    expect((await ask(pool, 'a NOOP', /^a /)).at(-1)).toMatch(/^a OK/);
  });
});

describe.runIf(available(slapd()))('slapd', () => {
  const server = started(slapd({ requireTls: true }));
  const dn = { username: 'uid=alice,dc=pool,dc=test', password: 'secret' };

  test('lends connections that are bound over StartTLS', async () => {
    const pool = poolOf(server().port('ldap'), [ldapStartTls({ tls }), ldapLogin({ credentials: dn })]);
    // Who am I? (RFC 4532), with message id 3.
    const name = await pool.use(async (wire) => {
      await wire.write(Buffer.from('301e02010377198017312e332e362e312e342e312e343230332e312e31312e33', 'hex'));
      const header = await wire.read(2);
      return (await wire.read(header[1] ?? 0)).toString('latin1');
    });
    expect(name).toContain('dn:uid=alice,dc=pool,dc=test');
  });

  test('refuses a wrong password', async () => {
    const wrong = { ...dn, password: 'wrong' };
    const pool = poolOf(server().port('ldap'), [ldapStartTls({ tls }), ldapLogin({ credentials: wrong })]);
    expect(await failure(pool)).toMatchObject({ cause: { code: 'TLS_AUTH', message: expect.stringContaining('result 49') } });
  });

  test('refuses a password in the clear, where somebody insists on sending it', async () => {
    const pool = poolOf(server().port('ldap'), [ldapLogin({ credentials: dn, allowCleartext: true })]);
    expect(await failure(pool)).toMatchObject({ cause: { code: 'TLS_AUTH', message: expect.stringContaining('result 13') } });
  });
});

describe.runIf(available(postgres()))('PostgreSQL', () => {
  const server = started(postgres());

  test('agrees to TLS, and then asks who it is', async () => {
    const pool = poolOf(server().port(), [postgresStartTls({ tls })]);
    const answer = await pool.use(async (wire) => {
      const parameters = 'user\0postgres\0\0';
      const head = Buffer.alloc(8);
      head.writeInt32BE(head.length + parameters.length);
      head.writeInt32BE(0x3_00_00, 4);
      await wire.write(Buffer.concat([head, Buffer.from(parameters)]));
      const [kind = 0, ...length] = await wire.read(5);
      const body = await wire.read(Buffer.from(length).readInt32BE() - 4);
      return `${String.fromCharCode(kind)} ${body.toString('latin1')}`;
    });
    expect(answer).toContain('SCRAM-SHA-256');
  });
});

describe.runIf(available(postgres()))('PostgreSQL without TLS', () => {
  const server = started(postgres({ certificate: false }));

  test('says no, which fails the open', async () => {
    const pool = poolOf(server().port(), [postgresStartTls({ tls })]);
    expect(await failure(pool)).toMatchObject({ hook: 'postgresStartTls', cause: { code: 'TLS_STARTTLS_REFUSED' } });
  });
});

describe('smtp-server of npm', () => {
  const token = { username: 'alice', accessToken: 'secret' };

  async function mail(options: SmtpServerOptions = {}): Promise<SmtpServer> {
    const server = await smtpServer(options);
    onTestFinished(async () => {
      await server.stop();
    });
    return server;
  }

  test.each([
    ['PLAIN', alice, undefined],
    ['LOGIN', alice, [saslLogin]],
    ['XOAUTH2', token, undefined],
  ] as const)('takes mail on connections that are logged in with %s over STARTTLS', async (method, credentials, mechanisms) => {
    const server = await mail();
    const pool = poolOf(server.port, [smtpStartTls({ tls }), smtpLogin({ credentials, mechanisms })]);
    expect(await ask(pool, 'MAIL FROM:<alice@mail.test>', /^250 /)).toHaveLength(1);
    expect(server.logins).toEqual([{ method, username: 'alice', accepted: true, secure: true }]);
  });

  test('takes mail on connections that are encrypted from the first byte', async () => {
    const server = await mail({ options: { secure: true } });
    const pool = new Pool(tlsConnector({ ...tls, port: server.port }), { max: 1, init: smtpLogin({ credentials: alice }) });
    expect(await ask(pool, 'NOOP', /^250 /)).toHaveLength(1);
    await pool.close();
  });

  test.each([
    ['a wrong password', { username: 'alice', password: 'wrong' }],
    ['an access token it does not know', { username: 'alice', accessToken: 'wrong' }],
  ])('refuses %s once', async (_, credentials) => {
    const server = await mail();
    const pool = poolOf(server.port, [smtpStartTls({ tls }), smtpLogin({ credentials })]);
    expect(await failure(pool)).toMatchObject({ cause: { code: 'TLS_AUTH', message: expect.stringContaining('535') } });
    expect(server.logins).toHaveLength(1);
  });

  test('without its offer of STARTTLS gets no credentials', async () => {
    const server = await mail({ options: { hideSTARTTLS: true } });
    const pool = poolOf(server.port, [smtpStartTls({ tls }), smtpLogin({ credentials: alice })]);
    expect(await failure(pool)).toMatchObject({ cause: { code: 'TLS_STARTTLS_REFUSED' } });
    expect(server.logins).toEqual([]);
  });
});

/** A server without TLS behind stunnel, which speaks STARTTLS for it. */
const behindStunnel = [
  [
    'smtp',
    '220 plain.test',
    (line: string) => (line.startsWith('EHLO') ? '250-plain.test\r\n250 AUTH PLAIN' : '235 welcome'),
    [smtpStartTls({ tls }), smtpLogin({ credentials: alice })],
  ],
  [
    'imap',
    '* OK plain',
    (line: string) => {
      const [tag, command] = line.split(' ');
      return command === 'CAPABILITY' ? `* CAPABILITY IMAP4rev1\r\n${tag} OK` : `${tag} OK welcome`;
    },
    [imapStartTls({ tls }), imapLogin({ credentials: alice })],
  ],
  [
    'pop3',
    '+OK plain',
    (line: string) => (line === 'CAPA' ? '+OK\r\nUSER\r\n.' : '+OK welcome'),
    [pop3StartTls({ tls }), pop3Login({ credentials: alice })],
  ],
] as const;

describe.runIf(available(stunnel({ target: { host: '', port: 0 } })))('stunnel', () => {
  test.each(behindStunnel)(
    'leads through STARTTLS of %s to the login of a plain server',
    async (protocol, greeting, answer, init) => {
      const plain = await lineServer({ greeting, answer });
      const server = await realServer(stunnel({ target: { host: '127.0.0.1', port: plain.port }, protocol }));
      onTestFinished(async () => {
        await server.stop();
        await plain.stop();
      });
      const pool = poolOf(server.port(), init);
      expect(await pool.use((wire) => tlsInfo(wire.socket)?.servername)).toBe('localhost');
    },
  );
});
