import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { fileURLToPath } from 'node:url';
import { eventually } from '@pool/testkit';
import { describe, expect, it, onTestFinished } from 'vitest';
import { main, runHere } from './pool-command.ts';

/** In a process group of its own, as a shell starts it. */
function start(...args: readonly string[]): ChildProcess {
  const path = fileURLToPath(main);
  const child = spawn(process.execPath, ['--conditions=@pool/source', '--import', 'tsx', path, ...args], {
    cwd: fileURLToPath(new URL('../../..', import.meta.url)),
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  return child;
}

async function refuses(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ECONNREFUSED';
  } finally {
    socket.destroy();
  }
}

describe('the process of the command', { timeout: 60_000 }, () => {
  it('takes its embedded server along when it is killed', async () => {
    const child = start('bench', '--requests', '10000000');
    const [title] = await once((child.stdout as NonNullable<typeof child.stdout>).setEncoding('utf8'), 'data');
    const port = Number(/127\.0\.0\.1:(\d+)/.exec(title)?.[1]);
    expect(await refuses(port)).toBe(false);
    child.kill('SIGKILL');
    await once(child, 'exit');
    await eventually(() => refuses(port), { what: 'nobody listens on the port any more' });
  });

  it('ends quietly when nobody reads on', async () => {
    const child = start('bench', '--requests', '10', '--no-outage');
    let errors = '';
    child.stderr?.setEncoding('utf8').on('data', (text) => {
      errors += text;
    });
    await once(child.stdout as NonNullable<typeof child.stdout>, 'data');
    child.stdout?.destroy();
    const [exitCode] = await once(child, 'close');
    expect(errors).toBe('');
    expect(exitCode).toBe(0);
  });

  it('ends pool watch cleanly at Ctrl-C, which its embedded server hears, too', async () => {
    const child = start('watch', '--load', '50', '--max', '4');
    let said = '';
    child.stdout?.setEncoding('utf8').on('data', (text) => {
      said += text;
    });
    await eventually(() => said.includes(' full: '), { what: 'the pool is full', timeoutMs: 20_000 });
    process.kill(-(child.pid as number), 'SIGINT');
    const [exitCode] = await once(child, 'close');
    expect(exitCode).toBe(0);
    expect(said).toMatch(/Z closed \d connections after .*; nothing was left lent\n/);
    expect(said).toMatch(/; closed \d × pool-closed\n/);
    expect(said).toMatch(/ 0 failed\n$/);
  });

  it('explains itself with --help, and says its version', async () => {
    const [top, bench, version] = await Promise.all([runHere(['--help']), runHere(['bench', '--help']), runHere(['--version'])]);
    expect(top).toMatchObject({ exitCode: 0, stderr: '' });
    expect(top.stdout).toContain('bench [options] [target]');
    expect(bench).toMatchObject({ exitCode: 0, stderr: '' });
    for (const option of [
      'requests',
      'concurrency',
      'max',
      'timeout',
      'send',
      'expect',
      'greeting',
      'latency',
      'down',
      'no-outage',
      'json',
      'starttls',
      'user',
      'login',
      'ca',
      'cert',
      'key',
      'servername',
    ]) {
      expect(bench.stdout).toContain(`--${option}`);
    }
    expect(version.stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  it('lists its commands when it is given none, which is an error', async () => {
    const { exitCode, stdout, stderr } = await runHere([]);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toContain('Usage: pool');
  });
});
