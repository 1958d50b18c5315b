import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lineServer } from '@pool/testkit';
import { describe, expect, it } from 'vitest';
import { pool } from './pool-command.ts';
import { webServer } from './web-server.ts';

const text = readFileSync(new URL('../README.md', import.meta.url), 'utf8');

/** Every command shown, a transcript's as well as those to try. */
const examples = [...text.matchAll(/^```(?:sh|console)\n(.*?)^```$/gms)].flatMap(([, block = '']) =>
  [...block.matchAll(/^(?:\$ )?pool (.*)$/gm)].map(([, args = '']) => args),
);

/** As a shell would, for the quotes the examples use. */
function words(args: string): string[] {
  return [...args.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '');
}

describe('what the README shows', { timeout: 90_000 }, () => {
  it('is all found', () => {
    expect(examples).toContain('bench');
    expect(examples).toContain('bench --json');
    expect(examples.length).toBeGreaterThanOrEqual(9);
  });

  it.each(examples)('pool %s', async (example) => {
    await using redis = await lineServer({ answer: (line) => (line === 'PING' ? '+PONG' : '-ERR') });
    await using mail = await lineServer({ greeting: '220 ready', answer: () => '250 OK' });
    await using local = await lineServer({ path: join(tmpdir(), `pool-readme-${process.pid}.sock`), answer: () => '+PONG' });
    await using web = await webServer((_, response) => response.end('well'));
    const stand = new Map([
      ['tcp://127.0.0.1:6379', `tcp://127.0.0.1:${redis.port}`],
      ['tcp://mail.example.org:25', `tcp://127.0.0.1:${mail.port}`],
      ['unix:/run/redis.sock', `unix:${(local.address as { readonly path: string }).path}`],
      ['http://127.0.0.1:8080/health', `http://127.0.0.1:${web.port}/health`],
    ]);
    const args = words(example).map((word) => stand.get(word) ?? word);
    // The same, with fewer requests.
    const { exitCode, stdout, stderr } = await pool([...args, '--requests', '20']);
    expect(stderr).toBe('');
    expect(exitCode).toBe(0);
    if (args.includes('--json')) expect(JSON.parse(stdout)).toMatchObject({ ways: [{}, {}, {}] });
    else expect(stdout).toMatch(/^20 requests, with/m);
  });

  it('names every option with its default', async () => {
    const { stdout } = await pool(['bench', '--help']);
    const help = stdout.slice(stdout.indexOf('Options:')).replace(/\n {20,}/g, ' ');
    const options = [...help.matchAll(/(--[a-z-]+)(?: <\w+>)? .*?(?:\(default: (.*?)\))?$/gm)].filter(
      ([, name]) => name !== '--help',
    );
    expect(options.length).toBe(11);
    const rows = text.split('\n').map((line) => line.split('|').map((cell) => cell.trim()));
    for (const [, name, fallback] of options) {
      const row = rows.find((cells) => new RegExp(`${name}[ \`]`).test(cells[1] ?? ''));
      expect(row, name).toBeDefined();
      if (fallback !== undefined) expect(row?.[3]).toBe(fallback);
    }
  });

  it('has a transcript that looks like what is printed', async () => {
    const [, transcript = ''] = /^```console\n\$ pool bench\n(.*?)^```$/ms.exec(text) ?? [];
    const { stdout } = await pool(['bench', '--requests', '20', '--down', '200']);
    expect(shape(transcript)).toEqual(shape(stdout));
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
        .replace(/\s+/g, ' ')
        .trim(),
    );
}
