import { freePort, lineServer } from '@pool/testkit';
import { describe, expect, it } from 'vitest';
import { complaint, oneLineOf } from './complaint.ts';
import { pool, runHere } from './pool-command.ts';
import { webServer } from './web-server.ts';

describe('a target that does not work costs one clear line and exit code 1', () => {
  it('nobody listens', async () => {
    const target = `tcp://127.0.0.1:${await freePort()}`;
    expect(await complaint(['bench', target, '--send', 'x'], 1)).toBe(`${target}: connection refused (ECONNREFUSED)`);
  });

  it('no such socket', async () => {
    expect(await complaint(['bench', 'unix:/nowhere/at.all', '--send', 'x'], 1)).toBe(
      'unix:/nowhere/at.all: no such socket (ENOENT)',
    );
  });

  it('no such host', async () => {
    // Some resolvers say that they cannot know.
    expect(await complaint(['bench', 'http://nowhere.invalid/'], 1)).toMatch(
      /^http:\/\/nowhere\.invalid\/: (no such host \(ENOTFOUND\)|the name of the host cannot be looked up now \(EAI_AGAIN\))$/,
    );
  });

  it('another answer than the expected one', async () => {
    await using server = await lineServer({ answer: () => '-ERR \u001b[31munknown command' });
    const target = `tcp://127.0.0.1:${server.port}`;
    expect(await complaint(['bench', target, '-s', 'x\\n', '-e', 'PONG', '-t', '100'], 1)).toBe(
      `${target}: no line with 'PONG' came within 100 ms, only '-ERR ?[31munknown command'`,
    );
  });

  it('no answer at all', async () => {
    await using server = await lineServer({ answer: () => undefined });
    const target = `tcp://127.0.0.1:${server.port}`;
    expect(await complaint(['bench', target, '-s', 'x\\n', '-t', '100'], 1)).toBe(`${target}: no line came within 100 ms`);
  });

  it('a page that does not exist', async () => {
    await using server = await webServer((_, response) => response.writeHead(404).end());
    const target = `http://127.0.0.1:${server.port}/nothing`;
    expect(await complaint(['bench', target], 1)).toBe(`${target}: the server answers with status 404`);
  });

  it('a server of something else than HTTP', async () => {
    await using server = await lineServer({ greeting: 'SSH-2.0-something', answer: () => undefined });
    const target = `http://127.0.0.1:${server.port}/`;
    expect(await complaint(['bench', target], 1)).toBe(`${target}: the server does not speak HTTP/1.1 (HTTP_PROTOCOL)`);
  });

  it('a page that never comes', async () => {
    await using server = await webServer(() => {});
    const target = `http://127.0.0.1:${server.port}/`;
    expect(await complaint(['bench', target, '-t', '100'], 1)).toMatch(
      // The first of these limits is not kept to the millisecond.
      /: GET .* (got no response headers within 100 ms|was not over within 200 ms)/,
    );
  });

  it('a web server that is not there', async () => {
    const target = `https://127.0.0.1:${await freePort()}/`;
    expect(await complaint(['bench', target], 1)).toBe(`${target}: connection refused (ECONNREFUSED)`);
  });

  it('a server that falls silent', async () => {
    let asked = 0;
    await using server = await lineServer({ answer: (line) => (++asked > 5 ? undefined : line) });
    const { exitCode, stderr } = await runHere(['bench', `tcp://127.0.0.1:${server.port}`, '-s', 'x\\n', '-t', '50']);
    expect(stderr).toMatch(/^pool: gave up after \d+ ms without an answer: no line came within 50 ms\n$/);
    expect(exitCode).toBe(1);
  });
});

describe('so does the real command, in a process of its own', { timeout: 60_000 }, () => {
  it('for a command line that is wrong', async () => {
    expect(oneLineOf(await pool(['bench', '--requests', 'many']), 2)).toContain('It must be a whole number from 1 to 10000000');
  });

  it('for a target that refuses', async () => {
    const target = `tcp://127.0.0.1:${await freePort()}`;
    expect(oneLineOf(await pool(['bench', target, '--send', 'x']), 1)).toBe(`${target}: connection refused (ECONNREFUSED)`);
  });
});
