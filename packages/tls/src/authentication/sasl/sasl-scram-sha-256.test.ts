import { describe, expect, it } from 'vitest';
import type { Credentials } from '../credentials.ts';
import type { SaslConversation } from './sasl-mechanism.ts';
import { saslScramSha256, startScram } from './sasl-scram-sha-256.ts';

/** RFC 7677 section 3. */
const credentials = { username: 'user', password: 'pencil' };
const clientNonce = 'rOprNGfwEbeRWgbNEkqO';
const serverFirst = 'r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096';
const clientFinal = 'c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=';
const serverFinal = 'v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=';

async function start(given: Credentials = credentials): Promise<SaslConversation> {
  const conversation = await startScram(given, clientNonce);
  if (conversation === undefined) throw new Error('it cannot be held with these');
  return conversation;
}

async function answer(conversation: SaslConversation, challenge: string): Promise<string> {
  return String(await conversation.answer(Buffer.from(challenge)));
}

describe('SCRAM-SHA-256', () => {
  it('says what RFC 7677 says', async () => {
    const conversation = await start();
    expect(String(conversation.initial)).toBe('n,,n=user,r=rOprNGfwEbeRWgbNEkqO');
    expect(await answer(conversation, serverFirst)).toBe(clientFinal);
    expect(await answer(conversation, serverFinal)).toBe('');
    expect(() => conversation.end()).not.toThrow();
  });

  it('has a fresh nonce of 24 random bytes in each conversation', async () => {
    const [one, other] = [await saslScramSha256.start(credentials), await saslScramSha256.start(credentials)];
    expect(String(one?.initial)).toMatch(/^n,,n=user,r=[A-Za-z0-9+/]{32}$/);
    expect(String(other?.initial)).not.toBe(String(one?.initial));
  });

  it('escapes what has a meaning in its messages', async () => {
    expect(String((await start({ username: 'a=b,c', password: 'x' })).initial)).toBe(`n,,n=a=3Db=2Cc,r=${clientNonce}`);
  });

  it('cannot be held with an access token', async () => {
    expect(await saslScramSha256.start({ username: 'user', accessToken: 'x' })).toBeUndefined();
  });

  it('is not over when the server says yes without having proved itself', async () => {
    const conversation = await start();
    expect(() => conversation.end()).toThrow('without having proved that it knows the password');
    await answer(conversation, serverFirst);
    expect(() => conversation.end()).toThrow('without having proved that it knows the password');
  });

  it.each([
    ['another signature', 'v=7rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4='],
    ['a signature that is too short', 'v=6rriTRBi'],
  ])('refuses a server that proves itself with %s', async (_, wrong) => {
    const conversation = await start();
    await answer(conversation, serverFirst);
    await expect(answer(conversation, wrong)).rejects.toMatchObject({
      code: 'WIRE_PROTOCOL',
      message: expect.stringContaining('did not prove that it knows the password'),
    });
    expect(() => conversation.end()).toThrow();
  });

  it('takes the error of a server for a refusal, whose word shows in no message', async () => {
    const conversation = await start();
    await answer(conversation, serverFirst);
    const refusal = answer(conversation, 'e=invalid-proof');
    await expect(refusal).rejects.toMatchObject({ code: 'TLS_AUTH', received: 'invalid-proof' });
    await expect(refusal).rejects.not.toThrow('invalid-proof');
  });

  it('has two rounds', async () => {
    const conversation = await start();
    await answer(conversation, serverFirst);
    await answer(conversation, serverFinal);
    await expect(answer(conversation, serverFinal)).rejects.toThrow('asked for more');
  });

  const nonce = `r=${clientNonce}xyz`;
  it.each([
    ['a nonce that is not ours', `r=someone-elses,s=W22Z,i=4096`, 'does not continue ours'],
    ['our nonce and nothing more', `r=${clientNonce},s=W22Z,i=4096`, 'does not continue ours'],
    ['an extension that must not be ignored', `m=ext,${nonce},s=W22Z,i=4096`, 'malformed'],
    ['no iterations', `${nonce},s=W22Z`, 'malformed'],
    ['a count that is no number', `${nonce},s=W22Z,i=4096x`, 'malformed'],
    ['a count with a zero before it', `${nonce},s=W22Z,i=04096`, 'malformed'],
    ['too few iterations', `${nonce},s=W22Z,i=4095`, 'wants 4095 SCRAM iterations'],
    ['too many iterations', `${nonce},s=W22Z,i=1000001`, 'wants 1000001 SCRAM iterations'],
    ['iterations beyond counting', `${nonce},s=W22Z,i=9999999999`, 'wants 9999999999 SCRAM iterations'],
    ['a salt that is not in base64', `${nonce},s=W2*Z,i=4096`, 'not in base64'],
    ['an empty salt', `${nonce},s=,i=4096`, 'salt is empty'],
    ['nothing', '', 'malformed'],
  ])('refuses a first message with %s', async (_, message, problem) => {
    await expect(answer(await start(), message)).rejects.toMatchObject({
      code: 'WIRE_PROTOCOL',
      message: expect.stringContaining(problem),
    });
  });

  it('accepts extensions that may be ignored', async () => {
    const conversation = await start();
    await expect(answer(conversation, `${serverFirst},x=y`)).resolves.toContain('c=biws');
  });

  it.each(['', 'w=abc', 'v=', 'v=not*base64'])("refuses '%s' for a last message", async (message) => {
    const conversation = await start();
    await answer(conversation, serverFirst);
    await expect(answer(conversation, message)).rejects.toMatchObject({ code: 'WIRE_PROTOCOL' });
  });
});
