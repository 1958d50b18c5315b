import { tcp } from '@pool/net';
import { available, realServer, memcached as recipe, runTypeScript } from '@pool/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { run } from '../src/cli/run.ts';
import { Memcached } from '../src/client.ts';

async function cli(...args: readonly string[]) {
  const said = { stdout: '', stderr: '' };
  const exitCode = await run(args, {
    env: {},
    print: (output) => {
      said.stdout += Buffer.from(output).toString();
    },
    complain: (text) => {
      said.stderr += text;
    },
  });
  return { exitCode, ...said };
}

describe.runIf(available(recipe()))('the command, against a real memcached', () => {
  let server: Awaited<ReturnType<typeof realServer>>;
  let address: string;
  beforeAll(async () => {
    server = await realServer(recipe());
    address = `127.0.0.1:${server.port()}`;
  });
  afterAll(() => server.stop());

  it('sets, gets and deletes', async () => {
    expect(await cli('set', 'greeting', 'hello there', '-s', address)).toEqual({ exitCode: 0, stdout: '', stderr: '' });
    expect(await cli('get', 'greeting', '-s', address)).toEqual({ exitCode: 0, stdout: 'hello there\n', stderr: '' });
    expect(await cli('delete', 'greeting', '-s', address)).toEqual({ exitCode: 0, stdout: '', stderr: '' });
    for (const command of ['get', 'delete']) {
      expect(await cli(command, 'greeting', '-s', address)).toEqual({
        exitCode: 1,
        stdout: '',
        stderr: "memcached: there is no 'greeting'\n",
      });
    }
  });

  it('stores for as long as it is told', async () => {
    await cli('set', 'brief', 'x', '--ttl', '1000', '-s', address);
    await using client = new Memcached(tcp({ host: '127.0.0.1', port: server.port() }));
    expect(String(await client.get('brief'))).toBe('x');
    expect((await cli('set', 'brief', 'x', '--ttl', '9999999', '-s', address)).stderr).toContain('30 days');
  });

  it('tells how the server is doing', async () => {
    const { exitCode, stdout } = await cli('stats', '-s', address);
    expect(exitCode).toBe(0);
    expect(stdout).toContain(`pid ${server.pid}\n`);
  });

  it('measures', async () => {
    const { exitCode, stdout, stderr } = await cli('bench', '-n', '40', '-c', '8', '-m', '2', '-s', address);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    const opened = [...stdout.matchAll(/connections opened: (\d+)$/gm)].map(([, count]) => Number(count));
    // One more than requests: the value has to be stored first.
    expect(opened).toEqual([41, 1, 2]);
    expect(stdout).toMatch(/^a new connection each +[\d,]+ gets\/s +×1\.0 /m);
  });

  it('is a program that ends by itself', async () => {
    const main = new URL('../src/main.ts', import.meta.url);
    const result = await runTypeScript(main, { args: ['get', 'nothing', '-s', address] });
    expect(result).toMatchObject({ exitCode: 1, stdout: '', stderr: "memcached: there is no 'nothing'\n", timedOut: false });
  });
});

describe('what is wrong with a command line is told in a line', () => {
  it.each([
    [['get'], "missing required argument 'key'"],
    [['gte', 'x'], "unknown command 'gte'"],
    [['get', 'x', '-s', 'a b'], 'It must be host:port'],
    [['get', 'x', '-s', 'host:99999'], 'It must be host:port'],
    [['get', 'x', '-s', 'host:1/path'], 'It must be host:port'],
    [['get', 'x', '-s', 'user@host:1'], 'It must be host:port'],
    [['bench', '-n', '0'], 'It must be a whole number'],
  ])('%j', async (args, message) => {
    const { exitCode, stdout, stderr } = await cli(...args);
    expect(exitCode).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toMatch(/^memcached: /);
    expect(stderr).toContain(message);
  });

  it('nobody listening is no fault of the command line', async () => {
    const { exitCode, stderr } = await cli('get', 'x', '-s', '127.0.0.1:1');
    expect(exitCode).toBe(1);
    expect(stderr).toContain('ECONNREFUSED 127.0.0.1:1');
  });

  it('--help is no mistake', async () => {
    expect((await cli('--help')).exitCode).toBe(0);
  });
});
