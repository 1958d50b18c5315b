import { existsSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { eventually } from '../src/eventually.ts';
import { available } from '../src/find-binary.ts';
import { type RealServer, realServer } from '../src/real-server.ts';
import type { Recipe } from '../src/recipe.ts';
import { nginx } from '../src/recipes/nginx.ts';
import { redis } from '../src/recipes/redis.ts';
import { runTypeScript } from '../src/run-typescript.ts';

async function serve(recipe: Recipe): Promise<RealServer> {
  const server = await realServer(recipe);
  onTestFinished(() => server.stop());
  return server;
}

async function say(port: number, text: string): Promise<string> {
  const socket = connect(port, '127.0.0.1').setEncoding('utf8');
  socket.write(text);
  let heard = '';
  for await (const part of socket) {
    heard += part;
    if (heard.includes('\r\n')) break;
  }
  return heard;
}

const shell = (script: string, extra: Partial<Recipe> = {}): Recipe => ({
  name: 'shell',
  binary: 'sh',
  aptPackage: 'dash',
  prepare: () => ({ args: ['-c', script] }),
  ...extra,
});

const isRunning = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

describe.runIf(available(nginx()))('nginx', () => {
  test('serves what it was told to', async () => {
    const server = await serve(nginx({ http: 'keepalive_timeout 1;', server: "location / { return 200 'served'; }" }));
    const answer = await fetch(`http://127.0.0.1:${server.port()}/`);
    expect(await answer.text()).toBe('served');
    expect(answer.headers.get('server')).toMatch(/^nginx/);
  });

  test('a configuration it does not understand fails at once, with what it said', async () => {
    await expect(realServer(nginx({ server: 'no_such_directive 1;' }))).rejects.toThrow(
      /^nginx .* ended with exit code 1 before it was ready\. Its output:\n.*unknown directive "no_such_directive"/s,
    );
  });
});

describe.runIf(available(redis()))('redis', () => {
  test('answers, and after a halt it comes back on the same port', async () => {
    const server = await serve(redis());
    expect(await say(server.port(), 'PING\r\n')).toBe('+PONG\r\n');
    await server.halt();
    expect(server.pid).toBeUndefined();
    await expect(say(server.port(), 'PING\r\n')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    await server.start();
    expect(await say(server.port(), 'PING\r\n')).toBe('+PONG\r\n');
  });

  test('leaves neither process nor directory behind when it is stopped', async () => {
    const server = await realServer(redis());
    const { pid, site } = server;
    expect(existsSync(site.dir)).toBe(true);
    await server.stop();
    expect(isRunning(pid as number)).toBe(false);
    expect(existsSync(site.dir)).toBe(false);
  });

  test('leaves nothing behind even when the process that started it is killed', async () => {
    const { stdout, stderr } = await runTypeScript(new URL('./fixtures/keeps-server.ts', import.meta.url));
    expect(stderr).toBe('');
    const [port, dir] = stdout.trim().split(' ') as [string, string];
    await eventually(() => !existsSync(dir));
    // Not its pid: where nobody collects orphans, one that has ended keeps it.
    await eventually(async () => {
      const answer: unknown = await say(Number(port), 'PING\r\n').catch((error: unknown) => error);
      return answer instanceof Error && 'code' in answer && answer.code === 'ECONNREFUSED';
    });
  });
});

describe('any server', () => {
  const neverReady = (): void => {
    throw new Error('nobody answers');
  };

  test('one that ends early fails at once, with its output and how it ended', async () => {
    const start = realServer(shell('echo about to fail; echo because >&2; exit 7', { ready: neverReady }));
    await expect(start).rejects.toThrow(/ended with exit code 7 before it was ready\. Its output:\n(about to fail|because)\n/);
  });

  test('one that is not ready in time is stopped, and the last reason is told', async () => {
    let pid = 0;
    const recipe = shell('echo $$ > pid; exec sleep 60', {
      ready: ({ dir }) => {
        if (existsSync(`${dir}/pid`)) pid = Number(readFileSync(`${dir}/pid`, 'utf8'));
        neverReady();
      },
    });
    await expect(realServer(recipe, { startTimeoutMs: 200 })).rejects.toThrow(
      /not ready within 200 ms \(Error: nobody answers\)/,
    );
    expect(pid).toBeGreaterThan(0);
    expect(isRunning(pid)).toBe(false);
  });

  test('one whose check hangs is stopped all the same', async () => {
    const recipe = shell('exec sleep 60', { ready: () => new Promise(() => {}) });
    await expect(realServer(recipe, { startTimeoutMs: 50 })).rejects.toThrow('not ready within 50 ms');
  });

  test('one that ignores SIGTERM is killed, with its children', async () => {
    const recipe = shell('trap "" TERM; sleep 60 & echo $! > child; wait; wait', {
      ready: ({ dir }) => {
        if (!existsSync(`${dir}/child`) || readFileSync(`${dir}/child`, 'utf8') === '') throw new Error('not yet');
      },
    });
    const server = await realServer(recipe, { stopTimeoutMs: 50 });
    const child = Number(readFileSync(`${server.site.dir}/child`, 'utf8'));
    const { pid } = server;
    await server.stop();
    expect(isRunning(pid as number)).toBe(false);
    await eventually(() => !isRunning(child));
  });

  test('one that ends on SIGTERM takes the children along that it leaves behind', async () => {
    const recipe = shell('(trap "" TERM; echo up > child; exec sleep 60) & trap "exit 0" TERM; wait', {
      ready: ({ dir }) => {
        if (!existsSync(`${dir}/child`)) throw new Error('not yet');
      },
    });
    const server = await realServer(recipe);
    const group = server.pid as number;
    await server.stop();
    await eventually(() => !isRunning(-group));
  });

  test('every port has its name, and an unknown one is an error that lists them', async () => {
    const recipe = shell('exec sleep 60', { ports: ['plain', 'secure'], ready: () => {} });
    const server = await serve(recipe);
    expect(server.port()).toBe(server.port('plain'));
    expect(server.port('secure')).not.toBe(server.port('plain'));
    expect(() => server.port('admin')).toThrow("shell has no port 'admin', only plain, secure");
  });
});

describe('a server that is not installed', () => {
  const missing: Recipe = { ...shell(''), binary: 'no-such-server', aptPackage: 'no-such-package' };

  test('is said once in one line, and its tests are skipped', () => {
    vi.stubEnv('CI', '');
    const write = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    expect(available(missing)).toBe(false);
    expect(available(missing)).toBe(false);
    expect(write.mock.calls).toEqual([['skipping tests: no-such-server is not installed: apt-get install -y no-such-package\n']]);
  });

  test('is an error on CI', () => {
    vi.stubEnv('CI', 'true');
    expect(() => available(missing)).toThrow(/^no-such-server is not installed: apt-get install -y no-such-package \(CI is set/);
  });

  test('cannot be started, and what to install is said', async () => {
    await expect(realServer(missing)).rejects.toThrow('no-such-server is not installed: apt-get install -y no-such-package');
  });
});
