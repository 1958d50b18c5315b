import {
  available,
  dovecot,
  freePort,
  haproxy,
  lineServer,
  postgres,
  realServer,
  slapd,
  smtpServer,
  stunnel,
  testCertificates,
} from '@pool/testkit';
import { describe, expect, it } from 'vitest';
import type { ProbeReport } from '../src/probe/probe-report.ts';
import { pemFiles } from './pem-files.ts';
import { runHere } from './pool-command.ts';

const files = await pemFiles();
const { selfSigned, expired } = await testCertificates();
const trust = ['--ca', files.ca];

/** What `--json` says; it must say nothing else, and what it says on standard error when it fails must be the same. */
async function report(args: readonly string[], password?: string): Promise<ProbeReport> {
  const { exitCode, stdout, stderr } = await runHere(['probe', ...args, '--json'], password);
  const found = JSON.parse(stdout) as ProbeReport;
  expect(stdout).toBe(`${JSON.stringify(found)}\n`);
  expect(stderr).toBe(found.error === null ? '' : `pool: ${found.target}: ${found.error.message}\n`);
  expect(exitCode).toBe(found.error === null ? 0 : 1);
  return found;
}

function stepNames({ steps }: ProbeReport): string {
  return steps.map(({ step }) => step).join(' ');
}

function find<S extends ProbeReport['steps'][number]['step']>({ steps }: ProbeReport, step: S) {
  return steps.find((found): found is Extract<typeof found, { step: S }> => found.step === step);
}

describe('pool probe of a server in the clear', () => {
  it('says which addresses were found, and which one answered', async () => {
    await using server = await lineServer();
    const found = await report([`tcp://localhost:${server.port}`]);
    expect(stepNames(found)).toBe('resolve connect');
    expect(find(found, 'resolve')?.addresses).toContain('127.0.0.1');
    expect(find(found, 'connect')).toMatchObject({ address: '127.0.0.1' });
    expect(find(found, 'connect')?.tried).toContain('127.0.0.1');
    expect(found.readyMs).toBeCloseTo(
      found.steps.reduce((sum, { ms }) => sum + ms, 0),
      1,
    );
    expect(found).toMatchObject({ second: null, error: null });
    expect(server.connects).toBe(1);
  });

  it('looks up no address', async () => {
    await using server = await lineServer();
    expect(stepNames(await report([`tcp://127.0.0.1:${server.port}`]))).toBe('connect');
  });

  it('says that nobody listens', async () => {
    const found = await report([`tcp://127.0.0.1:${await freePort()}`]);
    expect(found).toMatchObject({ steps: [], readyMs: null, error: { step: 'connect', code: 'ECONNREFUSED' } });
    expect(found.error?.message).toBe('connection refused (ECONNREFUSED)');
  });

  it('says that there is no such host', async () => {
    expect((await report(['tls://nowhere.invalid:1'])).error).toMatchObject({ step: 'resolve' });
  });

  it('connects to a Unix socket', async () => {
    const path = files.write('x', '').replace(/x$/, 'server.sock');
    await using _server = await lineServer({ path });
    expect((await report([`unix:${path}`])).steps).toMatchObject([{ step: 'connect', address: path }]);
  });

  it('connects to where a page is, and asks for none', async () => {
    await using server = await lineServer();
    expect(stepNames(await report([`http://127.0.0.1:${server.port}/page`]))).toBe('connect');
    expect(server.commands).toBe(0);
  });
});

describe('pool probe of a server with STARTTLS', () => {
  it('shows every step, the certificate, and that a second connection resumes', async () => {
    await using server = await smtpServer();
    const found = await report([`tcp://localhost:${server.port}`, '--starttls', 'smtp', ...trust, '--user', 'alice'], 'secret');
    expect(stepNames(found)).toBe('resolve connect starttls handshake login');
    expect(find(found, 'starttls')?.protocol).toBe('smtp');
    expect(find(found, 'handshake')).toMatchObject({
      protocol: 'TLSv1.3',
      cipher: 'TLS_AES_256_GCM_SHA384',
      servername: 'localhost',
    });
    expect(find(found, 'handshake')?.certificate).toMatchObject({
      subject: 'localhost',
      issuer: 'test authority',
      names: ['localhost', '127.0.0.1', '0:0:0:0:0:0:0:1'],
      daysLeft: 364,
    });
    expect(find(found, 'login')).toMatchObject({ protocol: 'smtp', user: 'alice' });
    expect(found.second?.resumed).toBe(true);
    expect(server.connects).toBe(2);
    // The second one needs none.
    expect(server.logins).toHaveLength(1);
  });

  it('ends at a password that is refused, and repeats it nowhere', async () => {
    await using server = await smtpServer();
    const args = ['probe', `tcp://localhost:${server.port}`, '--starttls', 'smtp', ...trust, '--user', 'alice'];
    const { exitCode, stdout, stderr } = await runHere(args, 'hunter2');
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(/^login +failed$/m);
    expect(stderr).toMatch(/^pool: tcp:\/\/localhost:\d+: the SMTP server refused the login with 535.*\n$/);
    expect(stdout + stderr).not.toContain('hunter2');
  });

  it('sends neither user nor password to a server that does not offer it', async () => {
    await using server = await smtpServer({ options: { disabledCommands: ['STARTTLS'] } });
    const found = await report([`tcp://localhost:${server.port}`, '--starttls', 'smtp', '--user', 'alice'], 'secret');
    expect(found.error).toMatchObject({ step: 'starttls', code: 'TLS_STARTTLS_REFUSED' });
    expect(server.logins).toEqual([]);
  });

  it('sends neither to a server that it does not trust', async () => {
    await using server = await smtpServer({ certificate: selfSigned });
    const found = await report([`tcp://localhost:${server.port}`, '--starttls', 'smtp', ...trust, '--user', 'alice'], 'secret');
    expect(found.error).toMatchObject({ step: 'handshake', code: 'TLS_CERTIFICATE' });
    expect(server.logins).toEqual([]);
  });

  it('says in the end how far a server went that falls silent', async () => {
    await using server = await lineServer();
    const found = await report([`tcp://127.0.0.1:${server.port}`, '--starttls', 'smtp', '--timeout', '50']);
    expect(found.error).toEqual({ step: 'starttls', code: 'OPEN_TIMEOUT', message: 'no connection was ready within 50 ms' });
    expect(stepNames(found)).toBe('connect');
  });
});

describe('pool probe of a server with TLS from the first byte', () => {
  it('shows the handshake, without a STARTTLS', async () => {
    await using server = await smtpServer({ options: { secure: true } });
    const found = await report([`tls://127.0.0.1:${server.port}`, ...trust, '--user', 'alice', '--login', 'smtp'], 'secret');
    expect(stepNames(found)).toBe('connect handshake login');
    expect(found.second?.resumed).toBe(true);
  });

  it('checks the certificate against another name than the host when it is told to', async () => {
    await using server = await smtpServer({ options: { secure: true } });
    const target = `tls://127.0.0.1:${server.port}`;
    const named = await report([target, ...trust, '--servername', 'localhost']);
    expect(find(named, 'handshake')?.servername).toBe('localhost');
    const other = await report([target, ...trust, '--servername', 'other.test']);
    expect(other.error).toMatchObject({ step: 'handshake', code: 'TLS_CERTIFICATE' });
    expect(other.error?.message).toContain("is not in the cert's altnames");
  });

  it.each([
    ['an authority nobody knows', 'server', [], 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
    ['another authority', 'server', ['--ca', files.otherCa], 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
    ['an expired certificate', 'expired', trust, 'CERT_HAS_EXPIRED'],
  ] as const)('refuses %s', async (_, kind, args, reason) => {
    await using server = await smtpServer({ options: { secure: true }, ...(kind === 'expired' && { certificate: expired }) });
    const found = await report([`tls://localhost:${server.port}`, ...args]);
    expect(found.error).toMatchObject({ step: 'handshake', code: 'TLS_CERTIFICATE' });
    expect(found.error?.message).toContain(reason);
  });

  it('tells a port that begins in the clear', async () => {
    await using server = await lineServer({ greeting: '220 hello' });
    const found = await report([`tls://localhost:${server.port}`, ...trust]);
    expect(found.error).toMatchObject({ step: 'handshake', code: 'TLS_HANDSHAKE' });
    expect(found.error?.message).toContain('STARTTLS');
  });
});

describe('what pool probe prints', () => {
  it('is a line for each step, and what was found', async () => {
    await using server = await smtpServer();
    const { exitCode, stdout, stderr } = await runHere(
      ['probe', `tcp://127.0.0.1:${server.port}`, '--starttls', 'smtp', ...trust, '--user', 'alice'],
      'secret',
    );
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    const validTo = new Date(Date.now() + 365 * 86_400_000).toISOString().slice(0, 10);
    expect(stdout.replace(/ +[\d.]+ ms/g, ' # ms').split('\n')).toEqual([
      `tcp://127.0.0.1:${server.port}`,
      '',
      'connect # ms  127.0.0.1',
      'STARTTLS # ms  SMTP: the server agreed',
      'handshake # ms  TLSv1.3, TLS_AES_256_GCM_SHA384',
      '                     the certificate of localhost, signed by test authority',
      '                     is for localhost, 127.0.0.1, 0:0:0:0:0:0:0:1',
      `                     and good for 364 days more, until ${validTo}`,
      'login # ms  SMTP: alice is welcome',
      'ready # ms',
      '',
      'A second connection resumed the TLS session: its handshake took # ms.',
      '',
    ]);
  });
});

describe.runIf(available(dovecot()))('pool probe of Dovecot', () => {
  it.each([
    ['STARTTLS', 'imap', 'resolve connect starttls handshake login'],
    ['TLS from the first byte', 'imaps', 'resolve connect handshake login'],
  ] as const)('logs in after %s', async (_, port, steps) => {
    await using server = await realServer(dovecot());
    const way = port === 'imap' ? ['tcp', '--starttls'] : ['tls', '--login'];
    const target = `${way[0]}://localhost:${server.port(port)}`;
    const found = await report([target, `${way[1]}`, 'imap', ...trust, '--user', 'alice'], 'secret');
    expect(stepNames(found)).toBe(steps);
    expect(found).toMatchObject({ error: null, second: { resumed: true } });
  });
});

describe.runIf(available(slapd()))('pool probe of OpenLDAP', () => {
  it('binds after StartTLS, and is told when it may not', async () => {
    await using server = await realServer(slapd({ requireTls: true }));
    const args = [
      `tcp://localhost:${server.port('ldap')}`,
      '--starttls',
      'ldap',
      ...trust,
      '--user',
      'uid=alice,dc=pool,dc=test',
    ];
    expect(stepNames(await report(args, 'secret'))).toBe('resolve connect starttls handshake login');
    expect((await report(args, 'wrong')).error).toMatchObject({ step: 'login', code: 'TLS_AUTH' });
  });
});

describe.runIf(available(postgres()))('pool probe of PostgreSQL', () => {
  it('logs in by SCRAM after SSLRequest, and is told when it may not', async () => {
    await using server = await realServer(postgres({ requireTls: true }));
    const args = [`tcp://localhost:${server.port()}`, '--starttls', 'postgres', ...trust, '--user', 'postgres'];
    expect(stepNames(await report(args, 'secret'))).toBe('resolve connect starttls handshake login');
    expect((await report(args, 'wrong')).error).toEqual({
      step: 'login',
      code: 'TLS_AUTH',
      message: 'the PostgreSQL server refused the login with 28P01',
    });
  });
});

const nowhere = { host: '127.0.0.1', port: 1 };

describe.runIf(available(stunnel({ target: nowhere })))('pool probe of stunnel', () => {
  it('logs in to a POP3 server behind it', async () => {
    const answer = (line: string): string => (line === 'CAPA' ? '+OK\r\nUSER\r\n.' : '+OK');
    await using plain = await lineServer({ greeting: '+OK', answer });
    await using server = await realServer(stunnel({ target: { host: '127.0.0.1', port: plain.port }, protocol: 'pop3' }));
    const found = await report([`tcp://localhost:${server.port()}`, '--starttls', 'pop3', ...trust, '--user', 'alice'], 'secret');
    expect(stepNames(found)).toBe('resolve connect starttls handshake login');
  });
});

describe.runIf(available(haproxy({ target: nowhere })))('pool probe of haproxy, which wants a client certificate', () => {
  it.each([
    ['with the right one', ['--cert', files.client], null],
    ['with the right one in two files', ['--cert', files.clientCert, '--key', files.clientKey], null],
    ['with none', [], 'acceptance'],
    ['with one it does not know', ['--cert', files.strangeClient], 'acceptance'],
  ] as const)('%s', async (_, own, failedAt) => {
    await using plain = await lineServer();
    const { ca } = await testCertificates();
    await using server = await realServer(haproxy({ target: { host: '127.0.0.1', port: plain.port }, clientCa: ca.cert }));
    const found = await report([`tls://localhost:${server.port()}`, ...trust, ...own]);
    expect(found.error?.step ?? null).toBe(failedAt);
    if (failedAt !== null) expect(found.error?.message).toContain('client certificate');
  });
});
