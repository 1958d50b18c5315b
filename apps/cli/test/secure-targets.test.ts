import {
  available,
  dovecot,
  haproxy,
  lineServer,
  nginx,
  postgres,
  realServer,
  slapd,
  smtpServer,
  testCertificates,
} from '@pool/testkit';
import { describe, expect, it } from 'vitest';
import type { BenchReport } from '../src/commands/bench-report.ts';
import { expectSound } from './numbers-of-a-way.ts';
import { pemFiles } from './pem-files.ts';
import { runHere, startHere } from './pool-command.ts';

const files = await pemFiles();
const trust = ['--ca', files.ca];
const requests = 10;

async function bench(args: readonly string[], password?: string): Promise<BenchReport> {
  const size = ['--requests', String(requests), '--concurrency', '4', '--max', '2', '--json'];
  const { exitCode, stdout, stderr } = await runHere(['bench', ...args, ...size], password);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  return JSON.parse(stdout) as BenchReport;
}

function expectAllAnswered({ ways }: BenchReport): void {
  expect(ways).toHaveLength(3);
  for (const way of ways) expectSound(way, requests);
  expect(ways.map(({ connectionsOpened }) => connectionsOpened).slice(0, 2)).toEqual([requests, 1]);
}

describe('pool bench of a server with TLS', { timeout: 60_000 }, () => {
  it('upgrades and logs in on every connection, and asks what the protocol offers', async () => {
    await using server = await smtpServer();
    const target = `tcp://localhost:${server.port}`;
    const report = await bench([target, '--starttls', 'smtp', ...trust, '--user', 'alice'], 'secret');
    expectAllAnswered(report);
    expect(report.target).toBe(target);
    expect(server.logins).toHaveLength(server.connects);
    expect(server.logins.every(({ accepted, secure }) => accepted && secure)).toBe(true);
    // One look at the start, and three ways.
    expect(server.log.filter((line) => line === 'C: NOOP')).toHaveLength(3 * requests + 1);
    expect(JSON.stringify(report)).not.toContain('secret');
  });

  it('asks what it is told to instead', async () => {
    await using server = await smtpServer();
    const args = [`tcp://localhost:${server.port}`, '--starttls', 'smtp', ...trust, '--send', 'RSET\\r\\n', '--expect', '250'];
    expectAllAnswered(await bench(args));
    expect(server.log).toContain('C: RSET');
  });

  it('refuses a server whose certificate is another’s, before it measures anything', async () => {
    const { otherName } = await testCertificates();
    await using server = await smtpServer({ certificate: otherName });
    const target = `tcp://localhost:${server.port}`;
    const { exitCode, stdout, stderr } = await runHere(
      ['bench', target, '--starttls', 'smtp', ...trust, '--user', 'alice'],
      'secret',
    );
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
    expect(stderr).toContain(`pool: ${target}: the certificate of localhost:${server.port} was refused`);
    expect(server.logins).toEqual([]);
    expect(server.connects).toBe(1);
  });

  it('tells a refused login in one line', async () => {
    await using server = await smtpServer();
    const target = `tcp://localhost:${server.port}`;
    const { exitCode, stderr } = await runHere(['bench', target, '--starttls', 'smtp', ...trust, '--user', 'alice'], 'hunter2');
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/^pool: tcp:\/\/localhost:\d+: the SMTP server refused the login with 535[^\n]*\n$/);
    expect(stderr).not.toContain('hunter2');
  });
});

describe.runIf(available(nginx()))('pool bench of nginx', { timeout: 60_000 }, () => {
  const page = 'location = /page { return 200 "hello"; }';

  it('gets a page over TLS, on a connection each, on one, and on a few', async () => {
    const { server: certificate } = await testCertificates();
    await using server = await realServer(nginx({ certificate, server: page }));
    const target = `https://localhost:${server.port()}/page`;
    const report = await bench([target, ...trust]);
    expectAllAnswered(report);
    expect(report.target).toBe(target);
  });

  it('shows it a client certificate, and another name than that of the target', async () => {
    const { ca, server: certificate } = await testCertificates();
    await using server = await realServer(nginx({ certificate, clientCa: ca.cert, server: page }));
    const target = `https://127.0.0.1:${server.port()}/page`;
    expectAllAnswered(await bench([target, ...trust, '--cert', files.client, '--servername', 'localhost']));
  });

  it('says what the server says who wants one and sees none', async () => {
    const { ca, server: certificate } = await testCertificates();
    await using server = await realServer(nginx({ certificate, clientCa: ca.cert, server: page }));
    const target = `https://localhost:${server.port()}/page`;
    const { exitCode, stdout, stderr } = await runHere(['bench', target, ...trust]);
    expect({ exitCode, stdout, stderr }).toEqual({
      exitCode: 1,
      stdout: '',
      stderr: `pool: ${target}: the server answers with status 400\n`,
    });
  });

  it('refuses one whose certificate is another’s, before it measures anything', async () => {
    const { otherName } = await testCertificates();
    await using server = await realServer(nginx({ certificate: otherName, server: page }));
    const target = `https://localhost:${server.port()}/page`;
    const { exitCode, stdout, stderr } = await runHere(['bench', target, ...trust]);
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
    expect(stderr).toContain(`pool: ${target}: the certificate of localhost:${server.port()} was refused`);
  });
});

describe.runIf(available(nginx()))('pool watch and pool probe of nginx', { timeout: 60_000 }, () => {
  it('keep connections over TLS ready, ask on them, and say what one is made of', async () => {
    const { server: certificate } = await testCertificates();
    await using server = await realServer(nginx({ certificate }));
    const target = `https://localhost:${server.port()}/`;
    const running = startHere(['watch', target, ...trust, '--load', '50', '--every', '100', '--plain']);
    try {
      await running.says(/Z status .* answered=[1-9]/);
    } finally {
      running.interrupt();
    }
    expect(await running.done).toMatchObject({ exitCode: 0, stderr: '' });
    const { exitCode, stdout } = await runHere(['probe', target, ...trust]);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^handshake .* TLSv1\.\d/m);
    expect(stdout).toContain('A second connection resumed the TLS session');
  });
});

const nowhere = { host: '127.0.0.1', port: 1 };

describe.runIf(available(haproxy({ target: nowhere })))('pool bench of haproxy', () => {
  it('shows it a client certificate', async () => {
    const { ca } = await testCertificates();
    await using plain = await lineServer();
    await using server = await realServer(haproxy({ target: { host: '127.0.0.1', port: plain.port }, clientCa: ca.cert }));
    const args = [
      `tls://localhost:${server.port()}`,
      ...trust,
      '--cert',
      files.client,
      '--send',
      'hello\\n',
      '--expect',
      'hello',
    ];
    expectAllAnswered(await bench(args));
    expect(plain.commands).toBe(3 * requests + 1);
  });
});

describe.runIf(available(dovecot()))('pool bench of Dovecot', () => {
  it.each(['imap', 'imaps'] as const)('logs in on port %s', async (port) => {
    await using server = await realServer(dovecot());
    const way = port === 'imap' ? ['tcp', '--starttls'] : ['tls', '--login'];
    const target = `${way[0]}://localhost:${server.port(port)}`;
    expectAllAnswered(await bench([target, `${way[1]}`, 'imap', ...trust, '--user', 'alice'], 'secret'));
  });
});

describe.runIf(available(slapd()))('pool bench of OpenLDAP', () => {
  it.each(['ldap', 'ldaps'] as const)('asks who this is on port %s', async (port) => {
    await using server = await realServer(slapd());
    const way = port === 'ldap' ? ['tcp', '--starttls'] : ['tls', '--login'];
    const target = `${way[0]}://localhost:${server.port(port)}`;
    expectAllAnswered(await bench([target, `${way[1]}`, 'ldap', ...trust, '--user', 'uid=alice,dc=pool,dc=test'], 'secret'));
    expect(server.output).toContain('WHOAMI');
  });
});

describe.runIf(available(postgres()))('pool bench of PostgreSQL', () => {
  it('logs in and asks nothing', async () => {
    await using server = await realServer(postgres({ requireTls: true }));
    const args = [`tcp://localhost:${server.port()}`, '--starttls', 'postgres', ...trust, '--user', 'postgres'];
    expectAllAnswered(await bench(args, 'secret'));
  });
});
