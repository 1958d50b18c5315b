import { describe, expect, test } from 'vitest';
import { testCertificates } from '../../src/certificates/test-certificates.ts';
import { available } from '../../src/find-binary.ts';
import { slapd } from '../../src/recipes/slapd.ts';
import { Conversation } from '../conversation.ts';
import { serve } from '../serve.ts';

const { ca } = await testCertificates();

/** One BER element whose content is shorter than 128 bytes. */
const ber = (tag: number, ...content: (Uint8Array | string)[]): Buffer => {
  const bytes = Buffer.concat(content.map((part) => Buffer.from(part)));
  return Buffer.concat([Uint8Array.of(tag, bytes.length), bytes]);
};
const message = (id: number, operation: Uint8Array): Buffer => ber(0x30, ber(0x02, Uint8Array.of(id)), operation);
const startTls = message(1, ber(0x77, ber(0x80, '1.3.6.1.4.1.1466.20037')));
const bind = (user: string, password: string): Buffer =>
  message(2, ber(0x60, ber(0x02, Uint8Array.of(3)), ber(0x04, `uid=${user},dc=pool,dc=test`), ber(0x80, password)));

/** An answer up to the code of its result, an ENUMERATED (a line feed) of one byte. */
const response = /\n[^\n]./s;
const result = (answer: string): number => answer.charCodeAt(answer.length - 1);

describe.runIf(available(slapd()))('slapd', () => {
  test('speaks StartTLS and knows its users, also after a restart', async () => {
    const server = await serve(slapd({ users: { alice: 'first', bob: 'second' } }));
    for (const user of ['alice', 'bob']) {
      const client = await Conversation.open(server.port('ldap'));
      expect(result(await client.say(startTls, response))).toBe(0);
      await client.secure({ ca: ca.cert });
      expect(result(await client.say(bind(user, user === 'alice' ? 'first' : 'second'), response))).toBe(0);
      await server.halt();
      await server.start();
    }
  });

  test('speaks TLS from the first byte on its other port, and refuses a wrong password', async () => {
    const server = await serve(slapd());
    const client = await Conversation.openSecure(server.port('ldaps'), { ca: ca.cert });
    expect(result(await client.say(bind('alice', 'wrong'), response))).toBe(49);
  });

  test('refuses a password in the clear when it is told to', async () => {
    const careful = await serve(slapd({ requireTls: true }));
    const client = await Conversation.open(careful.port('ldap'));
    expect(result(await client.say(bind('alice', 'secret'), response))).toBe(13);
  });

  test('what it does not understand fails at once, with what it said', async () => {
    await expect(serve(slapd({ config: 'nonsense yes' }))).rejects.toThrow(/nonsense/);
  });
});
