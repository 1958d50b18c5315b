import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { run } from '../src/cli/run.ts';
import { nobody, upstream } from './start-proxy.ts';

async function cli(...args: readonly string[]) {
  const said = { stdout: '', stderr: '' };
  const exitCode = await run(args, {
    stop: AbortSignal.abort(),
    print: (text) => {
      said.stdout += text;
    },
    complain: (text) => {
      said.stderr += text;
    },
  });
  return { exitCode, ...said };
}

describe('what is wrong with a command line is told in a line', () => {
  it.each([
    [[], "required option '-u, --upstream <url>' not specified"],
    [['-u', 'localhost:80'], 'It must be http://host:port'],
    [['-u', 'http://host/path'], 'without a path'],
    [['-u', 'http://user:secret@host'], 'It must be http://host:port'],
    [['-u', nobody, '-u', `${nobody}/`], 'It is given twice'],
    [['-u', nobody, '-l', '8080'], 'It must be host:port'],
    [['-u', nobody, '-c', '0'], 'whole number from 1'],
    [['-u', nobody, '--wait-ms', '1e3'], 'whole number from 1'],
    [['-u', nobody, '--warn', '1'], "unknown option '--warn'"],
  ])('%j', async (args, message) => {
    const { exitCode, stdout, stderr } = await cli(...args);
    expect([exitCode, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/^reverse-proxy: /);
    expect(stderr).toContain(message);
  });

  it('more warm connections than there may be', async () => {
    expect(await cli('-u', nobody, '-c', '2', '-w', '3')).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('minPerKey'),
    });
  });

  it('--help is no mistake', async () => {
    expect((await cli('--help')).exitCode).toBe(0);
  });
});

it('a port that is taken is told, and nothing is left behind', async () => {
  const { url } = await upstream(() => {});
  const { exitCode, stderr } = await cli('-u', nobody, '-l', new URL(url).host);
  expect(exitCode).toBe(1);
  expect(stderr).toContain('EADDRINUSE');
});

it('the program serves until SIGTERM, and then ends by itself', async () => {
  const { url } = await upstream((_, response) => void response.end('hello'));
  const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));
  const args = ['--conditions=@pool/source', '--import', 'tsx', main, '-u', url, '-l', '127.0.0.1:0'];
  const child = spawn(process.execPath, args, {
    cwd: fileURLToPath(new URL('../../..', import.meta.url)),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const { value } = await lines.next();
  const place = /^serving 1 upstreams at (\S+)$/.exec(value)?.[1] ?? '';
  expect(await (await fetch(place)).text()).toBe('hello');
  child.kill('SIGTERM');
  const [exitCode] = await once(child, 'exit');
  expect([exitCode, (await lines.next()).value]).toEqual([0, 'stopping: requests under way are finished']);
});
