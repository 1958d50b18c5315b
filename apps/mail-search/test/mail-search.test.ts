import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { available, dovecot, freePort, runTypeScript, testCertificates } from '@pool/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type EmbeddedAccount, embeddedAccount } from '../src/embedded/embedded-account.ts';
import { madeUpMail, mailboxNames } from '../src/embedded/made-up-mail.ts';
import { mailSearch } from './search.ts';

const dir = mkdtempSync(join(tmpdir(), 'mail-search-'));
afterAll(() => rmSync(dir, { recursive: true }));

/** What a line says, whatever came before and after it. */
const lines = (text: string): readonly string[] => text.trimEnd().split('\n').slice(0, -1).sort();
/** How many connections it takes depends on how long each of them takes to open. */
const shape = (summary: string | undefined): string =>
  (summary ?? '').replace(/in [\d.]+ s/, 'in # s').replace(/over \d/, 'over #');

test('the made-up mail is the same in every run', () => {
  const names = mailboxNames(12);
  expect(new Set(names).size).toBe(12);
  expect([...madeUpMail(names, 50)]).toEqual([...madeUpMail(names, 50)]);
  expect(mailboxNames(200)).toHaveLength(200);
  expect(new Set(mailboxNames(200)).size).toBe(200);
});

describe.runIf(available(dovecot()))('on a Dovecot of its own', () => {
  test('finds what the mail has, in all mailboxes', async () => {
    const { exitCode, stdout, stderr, progress } = await mailSearch(['invoice', 'bridge', '--messages', '120']);
    expect([exitCode, stderr]).toEqual([0, '']);
    const expected = [...madeUpMail(mailboxNames(12), 120)].filter(({ source }) => /invoice about the bridge/.test(source));
    expect(lines(stdout)).toHaveLength(expected.length);
    for (const { mailbox } of expected) expect(stdout).toContain(mailbox);
    expect(shape(stdout.trimEnd().split('\n').at(-1))).toBe(
      `${expected.length} found in 12 mailboxes, in # s, over # connections`,
    );
    expect(progress).toContain(`12 of 12 mailboxes, ${expected.length} found`);
  });
});

describe.runIf(available(dovecot()))('on an account of a server', () => {
  let embedded: EmbeddedAccount;
  let base: readonly string[];
  const env = { MAIL_PASSWORD: 'secret' };
  beforeAll(async () => {
    embedded = await embeddedAccount(6, 60);
    const ca = join(dir, 'ca.pem');
    writeFileSync(ca, (await testCertificates()).ca.cert);
    base = ['--host', 'localhost', '--port', String(embedded.account.port), '--ca', ca, '--user', 'alice'];
  });
  afterAll(() => embedded[Symbol.asyncDispose]());

  const matching = (what: (mail: { readonly source: string; readonly date: Date; readonly seen: boolean }) => boolean): number =>
    [...madeUpMail(mailboxNames(6), 60)].filter(what).length;

  test('what was found goes into a file that nobody else can read', async () => {
    const file = join(dir, 'found.json');
    const { exitCode, stdout } = await mailSearch([...base, '--from', 'ada', '--json', file], env);
    expect(exitCode).toBe(0);
    const found: unknown = JSON.parse(readFileSync(file, 'utf8'));
    const count = matching(({ source }) => source.includes('From: Ada'));
    expect(found).toHaveLength(count);
    expect(found).toContainEqual({
      mailbox: expect.any(String),
      uid: expect.any(Number),
      date: expect.stringMatching(/^202\d-/),
      from: 'ada@example.test',
      subject: expect.any(String),
      flags: expect.any(Array),
      size: expect.any(Number),
    });
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(lines(stdout)).toHaveLength(count);
  });

  test('standard output is JSON and nothing else, where that is asked for', async () => {
    const { stdout } = await mailSearch([...base, '--json', '-', '--mailbox', 'INBOX', 'Sent'], env);
    const found = JSON.parse(stdout) as readonly { readonly mailbox: string; readonly uid: number }[];
    expect(new Set(found.map(({ mailbox }) => mailbox))).toEqual(new Set(['INBOX', 'Sent']));
    expect(found.map(({ mailbox, uid }) => [mailbox, uid])).toEqual(
      ['INBOX', 'Sent'].flatMap((mailbox) => Array.from({ length: 10 }, (_, index) => [mailbox, index + 1])),
    );
  });

  test('dates and flags count', async () => {
    const recent = await mailSearch([...base, '--since', '2025-01-01', '--before', '2025-07-01'], env);
    const from = Date.UTC(2025, 0, 1);
    const until = Date.UTC(2025, 6, 1);
    expect(lines(recent.stdout)).toHaveLength(matching(({ date }) => date.getTime() >= from && date.getTime() < until));
    const unseen = await mailSearch([...base, '--unseen', '--to', 'alice'], env);
    expect(lines(unseen.stdout)).toHaveLength(matching(({ seen }) => !seen));
  });

  test('a mailbox that is refused is told, and the others are searched', async () => {
    const { exitCode, stdout, stderr } = await mailSearch([...base, '--mailbox', 'No such', 'INBOX'], env);
    expect([exitCode, stderr]).toEqual([0, 'mail-search: the server refuses mailbox No such\n']);
    expect(shape(stdout.trimEnd().split('\n').at(-1))).toMatch(/^10 found in 1 mailboxes, in # s/);
  });

  test('one connection is enough', async () => {
    const { stdout } = await mailSearch([...base, '--connections', '1'], env);
    expect(stdout).toMatch(/\n60 found in 6 mailboxes, in [\d.]+ s, over 1 connections\n$/);
  });

  test('a wrong password is told in one line, without it', async () => {
    const { exitCode, stderr } = await mailSearch(base, { MAIL_PASSWORD: 'wrong-secret' });
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/^mail-search: the IMAP server refused the login \(AUTHENTICATIONFAILED\).*\n$/);
    expect(stderr).not.toContain('wrong-secret');
  });

  test('a search that is called off ends', async () => {
    const controller = new AbortController();
    controller.abort(new Error('interrupted'));
    const { exitCode, stderr } = await mailSearch(base, env, controller.signal);
    expect([exitCode, stderr]).toEqual([1, 'mail-search: called off\n']);
  });

  test('the program runs as a process, and its secret comes from the environment', async () => {
    const main = new URL('../src/main.ts', import.meta.url);
    const result = await runTypeScript(main, { args: [...base, '--mailbox', 'Drafts'], env });
    expect(result).toMatchObject({ exitCode: 0, stderr: '' });
    expect(lines(result.stdout)).toHaveLength(10);
  });
});

test.each([
  [['--host', 'localhost'], /^mail-search: --host needs --user/],
  [['--host', 'localhost', '--user', 'alice'], /^mail-search: put the password of alice into the environment as MAIL_PASSWORD/],
  [['--host', 'localhost', '--user', 'alice', '--password', 'x'], /unknown option '--password'/],
  [['--connections', '0'], /It must be a whole number from 1 to 50/],
  [['--since', 'yesterday'], /It must be a day, as in 2025-03-31/],
  [['--host', 'localhost', '--user', 'alice', '--ca', '/no/such/file'], /--ca: '\/no\/such\/file' cannot be read|MAIL_PASSWORD/],
])('%s is a wrong command line', async (args, message) => {
  const { exitCode, stdout, stderr } = await mailSearch(args);
  expect([exitCode, stdout]).toEqual([2, '']);
  expect(stderr).toMatch(message);
});

test('a server that is not there is told at once', async () => {
  const args = ['--host', '127.0.0.1', '--port', String(await freePort()), '--user', 'alice'];
  const { exitCode, stderr } = await mailSearch(args, { MAIL_PASSWORD: 'secret' });
  expect(exitCode).toBe(1);
  expect(stderr).toMatch(/^mail-search: .*ECONNREFUSED.*\n$/);
});

describe.runIf(available(dovecot()))('the README', () => {
  const text = readFileSync(new URL('../README.md', import.meta.url), 'utf8');

  test('has a transcript of what is printed', async () => {
    const [, args = '', transcript = ''] =
      /^```console\n\$ npm run --silent mail-search -- (.*)\n((?:.*\n)*?)```$/m.exec(text) ?? [];
    const { stdout } = await mailSearch(args.split(' '));
    expect(lines(stdout)).toEqual(lines(transcript));
    expect(shape(stdout.trimEnd().split('\n').at(-1))).toBe(shape(transcript.trimEnd().split('\n').at(-1)));
  });

  test('names every option', async () => {
    const { stdout } = await mailSearch(['--help']);
    for (const [, option = ''] of stdout.matchAll(/^ {2}(--[a-z]+)/gm)) expect(text).toContain(`\`${option}`);
  });
});
