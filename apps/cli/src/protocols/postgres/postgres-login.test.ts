import type { OpenContext } from '@pool/core';
import { describe, expect, it } from 'vitest';
import { scriptedPeer } from '../../../test/scripted-peer.ts';
import { postgresLogin } from './postgres-login.ts';
import { postgresMessage } from './postgres-message.ts';

const context: OpenContext = { signal: new AbortController().signal, attempt: 1, poolName: 'none' };

const wanted = (number: number, ...more: readonly (Uint8Array | string)[]): Buffer =>
  postgresMessage('R', Uint8Array.of(0, 0, 0, number), ...more);
const ready = postgresMessage('Z', 'I');
const error = (state: string): Buffer => postgresMessage('E', `SFATAL\0C${state}\0Mthe server says hunter2\0\0`);

/** Over a connection in the clear, since what is tested is what is said. */
async function logIn(...script: readonly Uint8Array[]): Promise<Buffer[]> {
  const { wire, heard } = await scriptedPeer(...script);
  const hook = postgresLogin({ credentials: { username: 'alice', password: 'hunter2' }, allowCleartext: true });
  try {
    await hook(wire, context);
  } finally {
    expect(Buffer.concat(heard).toString('latin1')).not.toContain('hunter2');
  }
  return heard;
}

describe('the login to PostgreSQL', () => {
  it.each([
    ['a welcome', Buffer.concat([wanted(0), ready])],
    ['not even that', ready],
  ])('is not taken for done with %s from a server that has not proved that it knows the password', async (_, said) => {
    await expect(logIn(said)).rejects.toMatchObject({ code: 'WIRE_PROTOCOL' });
  });

  it('says who wants in, and to which database', async () => {
    const { wire, heard } = await scriptedPeer(error('3D000'));
    const hook = postgresLogin({ credentials: { username: 'alice', password: 'hunter2' }, allowCleartext: true });
    await expect(Promise.resolve(hook(wire, context))).rejects.toThrow();
    expect(heard[0]?.subarray(4).toString('latin1')).toBe('\0\u0003\0\0user\0alice\0database\0alice\0\0');
  });

  it.each([
    ['the password itself', wanted(3)],
    ['the password as MD5', wanted(5, 'salt')],
    ['another mechanism of SASL', wanted(10, 'SCRAM-SHA-1\0\0')],
  ])('does not give a server %s', async (_, request) => {
    await expect(logIn(request)).rejects.toMatchObject({ code: 'TLS_AUTH' });
  });

  it.each([
    ['28P01', 'TLS_AUTH'],
    ['3D000', 'TLS_AUTH'],
    ['53300', 'TLS_AUTH_UNAVAILABLE'],
    ['57P03', 'TLS_AUTH_UNAVAILABLE'],
  ])('tells what %s is about, without the words of the server', async (state, code) => {
    const refusal: unknown = await logIn(error(state)).catch((reason: unknown) => reason);
    expect(refusal).toMatchObject({ code, message: `the PostgreSQL server refused the login with ${state}` });
  });

  it('refuses a server that goes on welcoming without an end', async () => {
    const parameters = Array.from({ length: 300 }, () => postgresMessage('S', 'name\0value\0'));
    await expect(logIn(Buffer.concat(parameters))).rejects.toThrow('said 200 things and was not ready');
  });

  it('refuses what is no PostgreSQL', async () => {
    await expect(logIn(Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n'))).rejects.toThrow('is it PostgreSQL?');
  });

  it('refuses to send a name that would end early', async () => {
    const { wire, heard } = await scriptedPeer();
    const hook = postgresLogin({ credentials: { username: 'alice\0bob', password: 'x' }, allowCleartext: true });
    await expect(Promise.resolve(hook(wire, context))).rejects.toMatchObject({ code: 'TLS_AUTH' });
    expect(heard).toEqual([]);
  });
});
