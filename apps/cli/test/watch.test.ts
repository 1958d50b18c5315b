import { once } from 'node:events';
import { connect } from 'node:net';
import { available, eventually, lineServer, realServer, redis, smtpServer } from '@pool/testkit';
import { describe, expect, it, onTestFinished } from 'vitest';
import { pemFiles } from './pem-files.ts';
import { type Running, startHere } from './pool-command.ts';
import { outageStory, story, told } from './watch-story.ts';

const files = await pemFiles();

/** Ended with the test, however that ends. */
function watch(args: readonly string[], password?: string): Running {
  const running = startHere(['watch', ...args], { password });
  onTestFinished(async () => {
    // A second time, and it waits for nobody.
    running.interrupt();
    running.interrupt();
    await running.done;
  });
  return running;
}

describe.runIf(available(redis()))('pool watch of a real server', { timeout: 60_000 }, () => {
  it('tells in lines how the pool fills, breaks, tries, and is full again', async () => {
    await using server = await realServer(redis());
    const target = `tcp://127.0.0.1:${server.port()}`;
    const running = watch([
      ...[target, '--send', 'PING\\r\\n', '--expect', 'PONG', '--min', '2', '--max', '3', '--load', '50/s'],
      ...['--ping', '100', '--plain', '--every', '100'],
    ]);
    await running.says(/ status pool=open idle=[12] .*failures=0 readyAfterMs=\d+ .*answered=[1-9]/);
    server.kill('SIGKILL');
    await server.halt();
    await running.says(/ status .*failures=[1-9].*shortForMs=/);
    await server.start();
    await running.says(/, at try \d+\n.*full again: \d connections ready.* status .*answered=/s);
    running.interrupt();
    const { exitCode, stdout, stderr } = await running.done;
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(story(stdout)).toEqual(outageStory);
    expect(told(stdout)[0]).toBe(`watching ${target}: keeps 2 connections, at most 3; 50 requests/s`);
  });
});

describe('pool watch', { timeout: 60_000 }, () => {
  it('sends nothing that it was not told to, and keeps 4 connections', async () => {
    await using server = await lineServer();
    const running = watch([`tcp://127.0.0.1:${server.port}`]);
    await running.says('full: 4 connections ready');
    running.interrupt();
    await running.done;
    expect([server.connects, server.commands]).toEqual([4, 0]);
    expect(story(running.stdout)).toEqual(['watching', 'opened', 'full', 'closing', 'closed', 'farewell', 'counts']);
    await eventually(() => server.sessions.length === 0, { what: 'the server has no clients any more' });
  });

  it('keeps no more than there may be', async () => {
    await using server = await lineServer();
    const running = watch([`tcp://127.0.0.1:${server.port}`, '--max', '1']);
    await running.says('full: 1 connection ready');
    expect(told(running.stdout)[0]).toContain('keeps 1 connection, at most 1; no requests');
  });

  it('lets requests under way come to their end when it is interrupted', async () => {
    const waiting: ((answer: string) => void)[] = [];
    await using server = await lineServer({ answer: () => new Promise((resolve) => waiting.push(resolve)) });
    const running = watch([`tcp://127.0.0.1:${server.port}`, '--send', 'x\\n', '--load', '100', '--max', '2']);
    await eventually(() => waiting.length === 2, { what: 'both connections are lent' });
    running.interrupt();
    await running.says('closing; 2 requests under way may come to an end');
    for (const answer of waiting) answer('late');
    expect((await running.done).exitCode).toBe(0);
    expect(running.stdout).toContain('nothing was left lent');
    expect(running.stdout).toContain('2 requests answered, 0 failed');
  });

  it('waits for none of them when it is interrupted again', async () => {
    await using server = await lineServer({ answer: () => undefined });
    const running = watch([`tcp://127.0.0.1:${server.port}`, '-s', 'x\\n', '-l', '100', '-m', '2', '-t', '3600000']);
    await eventually(() => server.commands === 2, { what: 'both connections are lent' });
    running.interrupt();
    running.interrupt();
    expect((await running.done).exitCode).toBe(0);
    expect(running.stdout).toContain('closing at once, with 2 requests under way');
    expect(running.stdout).toMatch(/closed 2 connections after .*; cut off while lent: #\d, #\d/);
  });

  it('proves idle connections, and says which one did not answer', async () => {
    let isDeaf = false;
    await using server = await lineServer({ answer: (line) => (isDeaf ? undefined : line) });
    const running = watch([`tcp://127.0.0.1:${server.port}`, '-s', 'x\\n', '--ping', '20', '--min', '1', '-t', '100']);
    await eventually(() => server.commands > 0, { what: 'it was pinged' });
    isDeaf = true;
    await running.says(/#1 closed after .*, 0 leases: ping-failed, .* within 100 ms/);
  });

  it('says what a refused login means, and repeats no password', async () => {
    await using server = await smtpServer();
    const target = `tcp://localhost:${server.port}`;
    const running = watch([target, '--starttls', 'smtp', '--ca', files.ca, '--user', 'alice'], 'hunter2');
    await running.says(/try 1 failed in .*: the SMTP server refused the login with 535.*; nothing opens any more/);
    expect(running.stdout).not.toContain('hunter2');
  });

  it('waits for a server that is not there yet', async () => {
    await using server = await lineServer();
    const { port } = server;
    await server.stop();
    const running = watch([`tcp://127.0.0.1:${port}`, '--every', '100']);
    await running.says(/try 2 failed: connection refused \(ECONNREFUSED\); next in/);
    await running.says(/ status .*idle=0 .*failures=\d+ shortForMs=\d+ /);
    running.interrupt();
    expect((await running.done).stdout).toMatch(/closed 0 connections after .*\n.* opened 0, failed to open \d+; closed none\n$/);
  });
});

describe('pool watch without a target', { timeout: 60_000 }, () => {
  it('has a server of its own, which comes back when somebody kills it, and is gone in the end', async () => {
    const running = watch(['--plain', '--down', '50', '--load', '20']);
    await running.says(/full: \d connections ready/);
    const [, port, pid] = /127\.0\.0\.1:(\d+) \(the embedded server, process (\d+)\)/.exec(running.stdout) ?? [];
    process.kill(Number(pid), 'SIGKILL');
    await running.says('the embedded server was killed, and comes back in 50.0 ms');
    await running.says(/the embedded server is back, as process \d+\n/);
    await running.says(/full again: \d connections ready/);
    running.interrupt();
    expect((await running.done).exitCode).toBe(0);
    const socket = connect(Number(port), '127.0.0.1');
    await expect(once(socket, 'connect')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });
});
