import { describe, expect, it } from 'vitest';
import type { Credentials } from '../credentials.ts';
import { chooseMechanism, converse } from './sasl-exchange.ts';
import { saslLogin } from './sasl-login.ts';
import { saslPlain } from './sasl-plain.ts';
import { saslXoauth2 } from './sasl-xoauth2.ts';

const password = { username: 'alice', password: 'secret' };
const token = { username: 'alice', accessToken: 'ya29.x' };

async function chosen(credentials: Credentials, offered: readonly string[]): Promise<string | undefined> {
  return (await chooseMechanism(credentials, new Set(offered)))?.name;
}

/** A server that gives these challenges, then says yes; returns what it heard, decoded. */
async function talk(
  credentials: Credentials,
  name: string,
  challenges: readonly string[],
  takesInitial = true,
): Promise<string[]> {
  const mechanism = await chooseMechanism(credentials, new Set([name]));
  if (mechanism === undefined) throw new Error(`${name} is not to be had`);
  const heard: string[] = [];
  const left = [...challenges];
  const hear = (text: string | undefined): Promise<string | undefined> => {
    heard.push(text === undefined ? '(nothing)' : Buffer.from(text, 'base64').toString());
    return Promise.resolve(left.shift());
  };
  await converse(mechanism, { takesInitial: () => takesInitial, begin: (_, initial) => hear(initial), answer: hear });
  return heard;
}

describe('the mechanism', () => {
  it.each([
    [['LOGIN', 'PLAIN', 'SCRAM-SHA-256'], 'SCRAM-SHA-256'],
    [['LOGIN', 'PLAIN'], 'PLAIN'],
    [['LOGIN', 'XOAUTH2'], 'LOGIN'],
    [['XOAUTH2', 'GSSAPI'], undefined],
    [[], undefined],
  ])('for a password is, of %j, %s', async (offered, name) => {
    expect(await chosen(password, offered)).toBe(name);
  });

  it('for an access token is XOAUTH2 alone', async () => {
    expect(await chosen(token, ['LOGIN', 'PLAIN', 'XOAUTH2', 'SCRAM-SHA-256'])).toBe('XOAUTH2');
    expect(await chosen(token, ['LOGIN', 'PLAIN', 'SCRAM-SHA-256'])).toBeUndefined();
  });

  it('is one of those allowed, in their order', async () => {
    const offered = new Set(['PLAIN', 'LOGIN', 'SCRAM-SHA-256']);
    expect((await chooseMechanism(password, offered, [saslLogin, saslPlain]))?.name).toBe('LOGIN');
    expect(await chooseMechanism(password, offered, [saslXoauth2])).toBeUndefined();
  });
});

describe('a conversation', () => {
  it('in PLAIN is one message', async () => {
    expect(await talk(password, 'PLAIN', [])).toEqual(['\0alice\0secret']);
  });

  it('waits with its first words for a challenge where they cannot go with the command', async () => {
    expect(await talk(password, 'PLAIN', [''], false)).toEqual(['(nothing)', '\0alice\0secret']);
  });

  it('in LOGIN is name, then password', async () => {
    expect(await talk(password, 'LOGIN', ['VXNlcm5hbWU6', 'UGFzc3dvcmQ6'])).toEqual(['(nothing)', 'alice', 'secret']);
  });

  it('in XOAUTH2 is one message, and an empty one to what the server has against it', async () => {
    const message = 'user=alice\x01auth=Bearer ya29.x\x01\x01';
    expect(await talk(token, 'XOAUTH2', [])).toEqual([message]);
    expect(await talk(token, 'XOAUTH2', ['eyJzdGF0dXMiOiI0MDEifQ=='])).toEqual([message, '']);
  });

  it.each([
    ['PLAIN', ['eA=='], 'which has one message'],
    ['LOGIN', ['', '', ''], 'asked for more in a LOGIN login'],
    ['LOGIN', [], 'before it had the password'],
    ['LOGIN', [''], 'before it had the password'],
    ['LOGIN', ['***'], 'not in base64'],
  ])('in %s fails after the challenges %j', async (name, challenges, problem) => {
    await expect(talk(password, name, challenges)).rejects.toMatchObject({
      code: 'WIRE_PROTOCOL',
      message: expect.stringContaining(problem),
    });
  });

  it('fails when the server says yes before it has heard anything', async () => {
    await expect(talk(password, 'PLAIN', [], false)).rejects.toThrow('before it had heard anything');
  });

  it('has an end, whatever the server says', async () => {
    const challenges = Array.from({ length: 50 }, () => '');
    await expect(talk(token, 'XOAUTH2', challenges)).rejects.toThrow('more than 10 rounds');
  });

  it.each([
    ['PLAIN', { username: 'a\0b', password: 'x' }],
    ['PLAIN', { username: 'a', password: 'x\0y' }],
    ['XOAUTH2', { username: 'a\x01auth=Bearer x', accessToken: 'y' }],
    ['XOAUTH2', { username: 'a', accessToken: 'y\x01' }],
  ])('in %s does not begin with what would be taken for its separator', async (name, credentials) => {
    await expect(talk(credentials, name, [])).rejects.toMatchObject({ code: 'TLS_AUTH' });
  });
});
