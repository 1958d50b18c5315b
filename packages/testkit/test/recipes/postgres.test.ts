import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { testCertificates } from '../../src/certificates/test-certificates.ts';
import { writeCertificate } from '../../src/certificates/write-certificate.ts';
import { eventually } from '../../src/eventually.ts';
import { available, findBinary } from '../../src/find-binary.ts';
import type { RealServer } from '../../src/real-server.ts';
import { run } from '../../src/recipes/account.ts';
import { postgres } from '../../src/recipes/postgres.ts';
import { Conversation } from '../conversation.ts';
import { serve } from '../serve.ts';

const certificates = await testCertificates();
const sslRequest = Uint8Array.of(0, 0, 0, 8, 4, 210, 22, 47);

/** Asks with PostgreSQL's own client. */
async function ask(server: RealServer, query: string, connection = 'password=secret'): Promise<string> {
  const { certFile: ca } = await writeCertificate(server.site.dir, { cert: certificates.ca.cert, key: '' }, 'ca');
  const given = `host=localhost port=${server.port()} user=postgres dbname=postgres sslmode=verify-full sslrootcert=${ca} ${connection}`;
  return (await run(findBinary('psql') ?? 'psql', ['--no-psqlrc', '--tuples-only', '--no-align', '-c', query, given])).trim();
}

describe.runIf(available(postgres()))('postgres', () => {
  test('speaks TLS to a client that verifies it, and has what it stored after a restart', async () => {
    const server = await serve(postgres());
    await ask(server, 'CREATE TABLE kept (word text); INSERT INTO kept VALUES (version())');
    expect(await ask(server, 'SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()')).toBe('t');
    await server.halt();
    await server.start();
    expect(await ask(server, 'SELECT word FROM kept')).toMatch(/^PostgreSQL \d+/);
    expect(await ask(server, 'SELECT 1', `password=secret host=${server.site.dir} sslmode=disable`)).toBe('1');
  });

  test('ends in good order while a client waits for an answer', async () => {
    const server = await serve(postgres());
    const answer = expect(ask(server, 'SELECT pg_sleep(60)')).rejects.toThrow(
      'terminating connection due to administrator command',
    );
    await eventually(() => server.output.includes('connection authorized'));
    await server.halt();
    await answer;
    expect(server.output).toContain('database system is shut down');
  });

  test('asks for a password by SCRAM, also on its Unix socket, and refuses a wrong one', async () => {
    const server = await serve(postgres({ password: 'quite another' }));
    const text = 'user\0postgres\0\0';
    const startup = Buffer.concat([Uint8Array.of(0, 0, 0, 8 + text.length, 0, 3, 0, 0), Buffer.from(text)]);
    const client = await Conversation.open(join(server.site.dir, `.s.PGSQL.${server.port()}`));
    expect(await client.say(startup, /^R.{8}SCRAM-SHA-256\0/s)).toBeDefined();
    await expect(ask(server, 'SELECT 1')).rejects.toThrow('password authentication failed');
    expect(await ask(server, 'SELECT 1', "password='quite another'")).toBe('1');
  });

  test('refuses the clear when it is told to, and has no TLS without a certificate', async () => {
    const careful = await serve(postgres({ requireTls: true }));
    await expect(ask(careful, 'SELECT 1', 'password=secret sslmode=disable')).rejects.toThrow('no encryption');
    const plain = await serve(postgres({ certificate: false }));
    const client = await Conversation.open(plain.port());
    expect(await client.say(sslRequest, /./)).toBe('N');
    expect(await ask(plain, 'SELECT 1', 'password=secret sslmode=disable')).toBe('1');
  });

  test('lets in whom it knows by a certificate, and nobody else', async () => {
    const server = await serve(postgres({ clientCa: certificates.ca.cert }));
    const { certFile, keyFile } = await writeCertificate(server.site.dir, certificates.client, 'client');
    await expect(ask(server, 'SELECT 1')).rejects.toThrow('certificate');
    expect(await ask(server, 'SELECT 1', `password=secret sslcert=${certFile} sslkey=${keyFile}`)).toBe('1');
  });

  test('what it does not understand fails at once, with what it said', async () => {
    await expect(serve(postgres({ config: 'nonsense = yes' }))).rejects.toThrow(/ended with exit code 1 .*nonsense/s);
  });
});
