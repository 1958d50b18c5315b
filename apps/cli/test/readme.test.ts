import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer } from 'node:tls';
import { available, dovecot, freePort, lineServer, realServer, smtpServer, testCertificates } from '@pool/testkit';
import { describe, expect, it } from 'vitest';
import { pemFiles } from './pem-files.ts';
import { runHere, startHere } from './pool-command.ts';
import { outageStory, story } from './watch-story.ts';
import { webServer } from './web-server.ts';

const files = await pemFiles();
const text = readFileSync(new URL('../README.md', import.meta.url), 'utf8');

/** Every command shown, a transcript's as well as those to try. */
const examples = [...text.matchAll(/^```(?:sh|console)\n(.*?)^```$/gms)].flatMap(([, block = '']) =>
  [...block.matchAll(/^(?:\$ )?pool (.*)$/gm)].map(([, args = '']) => args),
);

/** As a shell would, for the quotes the examples use. */
function words(args: string): string[] {
  return [...args.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '');
}

/** A server of Redis's sort behind TLS, which wants to see a client certificate. */
async function cacheServer(): Promise<{ readonly port: number } & AsyncDisposable> {
  const { ca, server: certificate } = await testCertificates();
  const server = createServer({ ...certificate, ca: ca.cert, requestCert: true }, (socket) => {
    socket.on('error', () => {});
    socket.on('data', () => socket.write('+PONG\r\n'));
  });
  const port = await freePort();
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    port,
    [Symbol.asyncDispose]: async () => {
      server.close();
    },
  };
}

/** What is said in a shell in which the password is known, of servers whose authority is. */
function known(args: readonly string[]): string[] {
  const isSecure = args.some((arg) => /^(tls|https):/.test(arg) || arg === '--starttls');
  const login = args.includes('--user') && !args.includes('--starttls') ? ['--login', 'smtp'] : [];
  return [...args, ...login, ...(isSecure && !args.includes('--ca') ? ['--ca', files.ca] : [])];
}

function outage(args: readonly string[]): readonly string[] {
  return args.includes('--down') ? ['--down', '100'] : ['--no-outage'];
}

/** What goes on until somebody ends it. */
async function watchShortly(args: readonly string[]): Promise<void> {
  // The same, with more of what is waited for.
  const more = args.includes('--load') ? ['--load', '50', '--every', '100'] : [];
  const running = startHere([...args, ...more], { password: 'secret' });
  try {
    await running.says(/ full: \d connections? ready after/);
    if (args.includes('--load')) await running.says(/Z status .* answered=[1-9]/);
  } finally {
    running.interrupt();
  }
  const { exitCode, stdout, stderr } = await running.done;
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  expect(stdout).toMatch(/Z closed \d connections? after .*; nothing was left lent\n/);
}

describe('what the README shows', { timeout: 90_000 }, () => {
  it('is all found', () => {
    expect(examples).toContain('bench');
    expect(examples).toContain('bench --json');
    expect(examples.filter((example) => example.startsWith('probe')).length).toBeGreaterThanOrEqual(4);
    expect(examples.filter((example) => example.startsWith('watch')).length).toBeGreaterThanOrEqual(5);
    expect(examples.length).toBeGreaterThanOrEqual(20);
  });

  it.each(examples.filter((example) => !example.includes('localhost')))('pool %s', async (example) => {
    await using redis = await lineServer({ answer: (line) => (line === 'PING' ? '+PONG' : '-ERR') });
    await using old = await lineServer({ greeting: '220 ready', answer: () => '250 OK' });
    await using local = await lineServer({ path: join(tmpdir(), `pool-readme-${process.pid}.sock`), answer: () => '+PONG' });
    await using web = await webServer((_, response) => response.end('well'));
    await using secureWeb = await webServer((_, response) => response.end('well'), (await testCertificates()).server);
    await using submission = await smtpServer();
    await using submissions = await smtpServer({ options: { secure: true } });
    await using cache = await cacheServer();
    const stand = new Map([
      ['tcp://127.0.0.1:6379', `tcp://127.0.0.1:${redis.port}`],
      ['tcp://mail.example.org:25', `tcp://127.0.0.1:${old.port}`],
      ['tcp://mail.example.org:587', `tcp://localhost:${submission.port}`],
      ['tls://mail.example.org:465', `tls://localhost:${submissions.port}`],
      ['tls://cache.example.org:6380', `tls://localhost:${cache.port}`],
      ['unix:/run/redis.sock', `unix:${(local.address as { readonly path: string }).path}`],
      ['http://127.0.0.1:8080/health', `http://127.0.0.1:${web.port}/health`],
      ['https://shop.example.org/', `https://localhost:${secureWeb.port}/`],
      ['https://shop.example.org/health', `https://localhost:${secureWeb.port}/health`],
      ['ca.pem', files.ca],
      ['client.pem', files.client],
    ]);
    const args = known(words(example).map((word) => stand.get(word) ?? word));
    if (args[0] === 'watch') return await watchShortly(args);
    const isBench = args[0] === 'bench';
    const isEmbedded = isBench && !args.some((arg) => /^(tcp|tls|unix|https?):/.test(arg));
    // The same, with fewer requests, and no outage unless it is what is shown.
    const fewer = [...(isBench ? ['--requests', '20'] : []), ...(isEmbedded ? outage(args) : [])];
    const { exitCode, stdout, stderr } = await runHere([...args, ...fewer], 'secret');
    expect(stderr).toBe('');
    expect(exitCode).toBe(0);
    if (args.includes('--json')) expect(JSON.parse(stdout)).toMatchObject(isBench ? { ways: [{}, {}, {}] } : { error: null });
    else expect(stdout).toMatch(isBench ? /^20 requests, with/m : /^ready /m);
  });

  it.each([
    ['bench', 18],
    ['watch', 18],
    ['probe', 9],
  ])('names every option of pool %s with its default', async (command, count) => {
    const { stdout } = await runHere([command, '--help']);
    const help = stdout.slice(stdout.indexOf('Options:')).replace(/\n {20,}/g, ' ');
    const options = [...help.matchAll(/(--[a-z-]+)(?: <\w+>)? .*?(?:\(default: ([^)]*)\).*)?$/gm)].filter(
      ([, name]) => name !== '--help',
    );
    expect(options.length).toBe(count);
    // Its own table says more about it than those of others.
    const own = text.slice(Math.max(0, text.indexOf(`# Options of pool ${command}`)));
    const rows = `${own}\n${text}`.split('\n').map((line) => line.split('|').map((cell) => cell.trim()));
    for (const [, name, fallback] of options) {
      const row = rows.find((cells) => new RegExp(`${name}[ \`]`).test(cells[1] ?? ''));
      expect(row, name).toBeDefined();
      if (fallback !== undefined) expect(row?.[3]).toBe(fallback);
    }
  });

  it('has a transcript that looks like what is printed', async () => {
    const [, transcript = ''] = /^```console\n\$ pool bench\n(.*?)^```$/ms.exec(text) ?? [];
    const { stdout } = await runHere(['bench', '--requests', '20', '--down', '200']);
    expect(shape(transcript)).toEqual(shape(stdout));
  });

  it('has a transcript of an outage, and a picture of one', () => {
    const [, transcript = ''] = /^```console\n\$ pool watch .*?\n(.*?)^```$/ms.exec(text) ?? [];
    expect(story(transcript)).toEqual(outageStory);
    const [, picture = ''] = /^```text\n(tcp:.*?)^```$/ms.exec(text) ?? [];
    expect(picture.trimEnd().split('\n').at(-1)).toBe('k kills the server   r replaces all connections   q ends');
    expect(picture).toMatch(/^idle \d+ {3}leased \d+ {3}opening \d+ {3}checking \d+ {3}closing \d+ {3}waiting \d+$/m);
    expect(picture).toMatch(/^keeps 4, at most 8 {3}ready after [\d.]+ ms {3}again after [\d.]+ s {3}up [\d.]+ s$/m);
    expect(picture).toMatch(/^ {3}# {2}state {7}for {4}age {3}lent\n( +\d+ {2}(idle|leased) +[\d.]+ s +[\d.]+ s +\d+\n){8}$/m);
  });

  describe.runIf(available(dovecot()))('of Dovecot', () => {
    it('has a transcript that looks like what is printed', async () => {
      const [, transcript = ''] = /^```console\n\$ pool probe .*?\n(.*?)^```$/ms.exec(text) ?? [];
      await using server = await realServer(dovecot());
      const target = `tcp://localhost:${server.port('imap')}`;
      const { stdout } = await runHere(['probe', target, '--starttls', 'imap', '--ca', files.ca, '--user', 'alice'], 'secret');
      expect(shape(transcript)).toEqual(shape(stdout));
    });
  });
});

/** The words, without numbers and units, and without the errors that differ from run to run. */
function shape(output: string): string[] {
  return output
    .split('\n')
    .filter((line) => !line.includes('failed with'))
    .map((line) =>
      line
        .replace(/[▪x·]{5,}|[×\d.,:]+/g, '#')
        .replace(/# m?s\b/g, '# s')
        .replace(/until #-#-#/, 'until #')
        .replace(/\s+/g, ' ')
        .trim(),
    );
}
