import { describe, expect, onTestFinished, test } from 'vitest';
import { Conversation } from '../test/conversation.ts';
import { testCertificates } from './certificates/test-certificates.ts';
import { eventually } from './eventually.ts';
import { type SmtpServer, type SmtpServerOptions, smtpServer } from './smtp-server.ts';

const { ca } = await testCertificates();
const base64 = (text: string): string => Buffer.from(text).toString('base64');
const plain = (user: string, password: string): string => `AUTH PLAIN ${base64(`\0${user}\0${password}`)}\r\n`;

async function serve(options?: SmtpServerOptions): Promise<SmtpServer> {
  const server = await smtpServer(options);
  onTestFinished(() => server.stop());
  return server;
}

async function upgraded(server: SmtpServer): Promise<Conversation> {
  const client = await Conversation.open(server.port);
  await client.hear(/^220 .*\r\n/);
  expect(await client.say('EHLO client.test\r\n', /^250 .*\r\n/m)).toContain('250 STARTTLS');
  await client.say('STARTTLS\r\n', /^220 .*\r\n/);
  await client.secure({ ca: ca.cert });
  await client.say('EHLO client.test\r\n', /^250 .*\r\n/m);
  return client;
}

describe('an SMTP server', () => {
  test('upgrades, lets in, takes a message, and tells what it saw', async () => {
    const server = await serve();
    const client = await upgraded(server);
    expect(await client.say(plain('alice', 'secret'), /\r\n/)).toMatch(/^235 /);
    await client.say('MAIL FROM:<alice@pool.test>\r\n', /^250 .*\r\n/);
    await client.say('RCPT TO:<bob@pool.test>\r\n', /^250 .*\r\n/);
    await client.say('DATA\r\n', /^354 .*\r\n/);
    await client.say('Subject: hello\r\n\r\nhi\r\n.\r\n', /^250 .*\r\n/);
    expect(server.messages).toEqual(['Subject: hello\r\n\r\nhi\r\n']);
    expect(server.logins).toEqual([{ method: 'PLAIN', username: 'alice', accepted: true, secure: true }]);
    expect(server.log).toContain('C: STARTTLS');
    expect(server.log.join('\n')).not.toContain(base64('\0alice\0secret'));
    expect([server.connects, server.connections]).toEqual([1, 1]);
  });

  test('refuses a wrong password, an unknown user and an old token', async () => {
    const server = await serve({ users: { bob: 'token' } });
    const client = await upgraded(server);
    const token = (value: string): string => `AUTH XOAUTH2 ${base64(`user=bob\x01auth=Bearer ${value}\x01\x01`)}\r\n`;
    expect(await client.say(plain('bob', 'wrong'), /\r\n/)).toMatch(/^535 /);
    expect(await client.say(plain('toString', 'token'), /\r\n/)).toMatch(/^535 /);
    expect(await client.say(token('old'), /\r\n/)).toMatch(/^334 /);
    expect(await client.say('\r\n', /\r\n/)).toMatch(/^535 /);
    expect(await client.say(token('token'), /\r\n/)).toMatch(/^235 /);
    expect(server.logins.map(({ method, accepted }) => `${method} ${accepted}`)).toEqual([
      'PLAIN false',
      'PLAIN false',
      'XOAUTH2 false',
      'XOAUTH2 true',
    ]);
  });

  test('lets nobody in without TLS', async () => {
    const server = await serve();
    const client = await Conversation.open(server.port);
    await client.hear(/^220 .*\r\n/);
    await client.say('EHLO client.test\r\n', /^250 .*\r\n/m);
    expect(await client.say(plain('alice', 'secret'), /\r\n/)).toMatch(/^538 /);
    expect(server.logins).toEqual([]);
  });

  test('speaks TLS from the first byte when it is told to', async () => {
    const server = await serve({ options: { secure: true } });
    const client = await Conversation.openSecure(server.port, { ca: ca.cert });
    expect(await client.hear(/\r\n/)).toMatch(/^220 /);
  });

  test('halted, it drops its clients and its port; started again, it serves there', async () => {
    const server = await serve();
    const client = await upgraded(server);
    await server.halt();
    await expect(client.hear(/never/)).rejects.toThrow();
    await expect(Conversation.open(server.port)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    await server.start();
    await upgraded(server);
    await eventually(() => server.connections === 1);
    expect(server.connects).toBe(2);
    await expect(server.start()).rejects.toThrow('runs already');
  });
});
