import { describe, expect, test } from 'vitest';
import { testCertificates } from '../../src/certificates/test-certificates.ts';
import { available } from '../../src/find-binary.ts';
import { dovecot, kick } from '../../src/recipes/dovecot.ts';
import { Conversation } from '../conversation.ts';
import { serve } from '../serve.ts';

const { ca } = await testCertificates();

async function login(port: number, user = 'alice', password = 'secret'): Promise<[Conversation, string]> {
  const client = await Conversation.openSecure(port, { ca: ca.cert });
  await client.hear(/\* OK .*\r\n/);
  return [client, await client.say(`a LOGIN ${user} ${password}\r\n`, /^a .*\r\n/m)];
}

describe.runIf(available(dovecot()))('dovecot', () => {
  test.each([
    ['as the one who runs the tests', false],
    ['as an ordinary user', true],
  ])('%s keeps mail, and has it still after a restart', async (_name, ordinary) => {
    const server = await serve(dovecot({ ordinary }));
    const [client, answer] = await login(server.port('imaps'));
    expect(answer).toMatch(/^a OK /);
    await client.say('b APPEND INBOX {20+}\r\nSubject: hello\r\n\r\nhi\r\n', /^b OK .*\r\n/m);
    await server.halt();
    await expect(client.hear(/^never$/)).rejects.toThrow('it ended');
    await server.start();
    const [again] = await login(server.port('imaps'));
    expect(await again.say('c STATUS INBOX (MESSAGES)\r\n', /^c .*\r\n/m)).toContain('(MESSAGES 1)');
  });

  test('offers STARTTLS, and no login before it to whom it does not take for itself', async () => {
    const server = await serve(dovecot());
    const client = await Conversation.open(server.port('imap'), '127.0.0.2');
    expect(await client.hear(/\* OK .*\r\n/)).toMatch(/STARTTLS.*LOGINDISABLED/);
    await client.say('a STARTTLS\r\n', /^a OK .*\r\n/m);
    await client.secure({ ca: ca.cert });
    expect(await client.say('b CAPABILITY\r\n', /^b OK .*\r\n/m)).not.toContain('LOGINDISABLED');
    expect(await client.say('c LOGIN alice secret\r\n', /^c .*\r\n/m)).toMatch(/^c OK /);
  });

  test('has several users, refuses a wrong password, and is as quick as ever after it', async () => {
    const server = await serve(dovecot({ users: { alice: 'first', bob: 'second' } }));
    expect((await login(server.port('imaps'), 'alice', 'second'))[1]).toMatch(/^a NO \[AUTHENTICATIONFAILED\]/);
    expect((await login(server.port('imaps'), 'alice', 'first'))[1]).toMatch(/^a OK /);
    expect((await login(server.port('imaps'), 'bob', 'second'))[1]).toMatch(/^a OK /);
  });

  test('refuses more connections of one user than it was told to take', async () => {
    const server = await serve(dovecot({ maxUserConnections: 1 }));
    await login(server.port('imaps'));
    const [, answer] = await login(server.port('imaps'));
    expect(answer).toContain('Maximum number of connections from user+IP exceeded');
  });

  test.each([
    ['as the one who runs the tests', false],
    ['as an ordinary user', true],
  ])('%s says goodbye to a user who is kicked, and to no other', async (_name, ordinary) => {
    const server = await serve(dovecot({ ordinary, users: { alice: 'secret', bob: 'secret' } }));
    const [alice] = await login(server.port('imaps'));
    const [bob] = await login(server.port('imaps'), 'bob');
    await kick(server, 'alice');
    await expect(alice.hear(/^never$/)).rejects.toThrow('* BYE');
    expect(await bob.say('b NOOP\r\n', /^b .*\r\n/m)).toMatch(/^b OK /);
  });

  test('takes further settings', async () => {
    const server = await serve(dovecot({ config: 'login_greeting = at your service' }));
    const client = await Conversation.open(server.port('imap'));
    expect(await client.hear(/\* OK .*\r\n/)).toContain('at your service');
  });
});
