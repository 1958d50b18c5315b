import { PassThrough, Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { type Secrets, secretsOf } from './secrets.ts';

/** Somebody at a terminal, and all that he sees. */
function terminal(env: NodeJS.ProcessEnv = {}): { secrets: Secrets; type(keys: string): void; end(): void; seen(): string } {
  const stdin = Object.assign(new PassThrough(), { isTTY: true });
  const stderr = new PassThrough({ encoding: 'utf8' });
  let seen = '';
  stderr.on('data', (text) => {
    seen += text;
  });
  return {
    secrets: secretsOf({ stdin, stderr, env }),
    type: (keys) => stdin.write(keys),
    end: () => stdin.end(),
    seen: () => seen,
  };
}

describe('the password of a user', () => {
  it('is taken from the environment without asking', async () => {
    const { secrets, seen } = terminal({ POOL_PASSWORD: 'hunter2' });
    expect(await secrets.passwordOf('alice')).toBe('hunter2');
    expect(seen()).toBe('');
  });

  it('is asked for at a terminal, and not shown as it is typed', async () => {
    const { secrets, type, seen } = terminal();
    const password = secrets.passwordOf('alice');
    // With one letter too many, which is taken back.
    type('hunterr\u007f2');
    type('\r');
    expect(await password).toBe('hunter2');
    expect(seen()).toBe('Password of alice: \n');
  });

  it('is asked for once the terminal shows nothing of its own any more, and leaves it as it was', async () => {
    const modes: string[] = [];
    const stdin = Object.assign(new PassThrough(), { isTTY: true, setRawMode: (raw: boolean) => modes.push(`raw ${raw}`) });
    const stderr = new Writable({
      write: (text, _, done) => {
        modes.push(String(text).trim());
        done();
      },
    });
    const password = secretsOf({ stdin, stderr, env: {} }).passwordOf('alice');
    stdin.write('hunter2\r');
    await password;
    expect(modes.filter((mode) => mode !== '')).toEqual(['raw true', 'Password of alice:', 'raw false']);
  });

  it.each([
    ['ctrl-c', '\u0003'],
    ['ctrl-d', '\u0004'],
  ])('is not given with %s', async (_, key) => {
    const { secrets, type } = terminal();
    const password = secrets.passwordOf('alice');
    type(key);
    await expect(password).rejects.toMatchObject({ message: 'no password was given', exitCode: 1 });
  });

  it('is not given when the terminal goes away', async () => {
    const { secrets, end } = terminal();
    const password = secrets.passwordOf('alice');
    end();
    await expect(password).rejects.toThrow('no password was given');
  });

  it.each([
    ['in the environment', { POOL_PASSWORD: '' }, ''],
    ['at a terminal', {}, '\r'],
  ])('must not be empty %s', async (_, env, keys) => {
    const { secrets, type } = terminal(env);
    const password = secrets.passwordOf('alice');
    type(keys);
    await expect(password).rejects.toMatchObject({ message: 'the password of alice is empty', exitCode: 2 });
  });

  it('is not waited for where nobody sits', async () => {
    const secrets = secretsOf({ stdin: new PassThrough(), stderr: new PassThrough(), env: {} });
    await expect(secrets.passwordOf('alice')).rejects.toMatchObject({ exitCode: 2 });
  });
});
