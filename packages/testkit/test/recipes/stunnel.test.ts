import { describe, expect, onTestFinished, test } from 'vitest';
import { testCertificates } from '../../src/certificates/test-certificates.ts';
import { available } from '../../src/find-binary.ts';
import { type LineServer, type LineServerOptions, lineServer } from '../../src/line-server.ts';
import { type StunnelOptions, stunnel } from '../../src/recipes/stunnel.ts';
import { Conversation } from '../conversation.ts';
import { serve } from '../serve.ts';

const { ca, client, strangeClient } = await testCertificates();
const trust = { ca: ca.cert };

async function plainServer(options: LineServerOptions = {}): Promise<[LineServer, StunnelOptions['target']]> {
  const server = await lineServer(options);
  onTestFinished(() => server.stop());
  return [server, { host: '127.0.0.1', port: server.port }];
}

describe.runIf(available(stunnel({ target: { host: '', port: 0 } })))('stunnel', () => {
  test('puts TLS in front of a plain server, again after a restart', async () => {
    const [plain, target] = await plainServer();
    const server = await serve(stunnel({ target }));
    const first = await Conversation.openSecure(server.port(), trust);
    expect(await first.say('hello\r\n', /\n/)).toBe('hello\r\n');
    await server.halt();
    await server.start();
    const second = await Conversation.openSecure(server.port(), trust);
    expect(await second.say('hello again\r\n', /\n/)).toBe('hello again\r\n');
    expect(plain.connects).toBe(2);
  });

  test.each([
    ['imap', '* OK plain', 'a STARTTLS\r\n', /^a OK .*\r\n/m],
    ['pop3', '+OK plain', 'STLS\r\n', /^\+OK .*\r\n/m],
    ['smtp', '220 plain', 'STARTTLS\r\n', /^220 .*\r\n/m],
  ] as const)(
    'speaks STARTTLS of %s before the words of a plain server, which hears of nobody else',
    async (protocol, greeting, command, agreed) => {
      const [plain, target] = await plainServer({ greeting });
      const server = await serve(stunnel({ target, protocol }));
      const conversation = await Conversation.open(server.port());
      await conversation.hear(/\n/);
      if (protocol === 'smtp') await conversation.say('EHLO client.test\r\n', /^250 .*\r\n/m);
      await conversation.say(command, agreed);
      await conversation.secure(trust);
      expect(await conversation.say('words\r\n', /words\r\n/)).toBe('words\r\n');
      expect(plain.connects).toBe(1);
    },
  );

  test('answers an SSLRequest of PostgreSQL', async () => {
    const [, target] = await plainServer();
    const server = await serve(stunnel({ target, protocol: 'pgsql' }));
    const conversation = await Conversation.open(server.port());
    expect(await conversation.say(Uint8Array.of(0, 0, 0, 8, 4, 210, 22, 47), /./)).toBe('S');
    await conversation.secure(trust);
    expect(await conversation.say('words\r\n', /\n/)).toBe('words\r\n');
  });

  test('asks for the certificate of a client when it is told to', async () => {
    const [, target] = await plainServer();
    const server = await serve(stunnel({ target, clientCa: ca.cert }));
    const known = await Conversation.openSecure(server.port(), { ...trust, ...client });
    expect(await known.say('hello\r\n', /\n/)).toBe('hello\r\n');
    const talk = async (): Promise<string> => {
      const stranger = await Conversation.openSecure(server.port(), { ...trust, ...strangeClient });
      return await stranger.say('hello\r\n', /\n/);
    };
    await expect(talk()).rejects.toThrow();
  });

  test('what it does not understand fails at once, with what it said', async () => {
    const start = serve(stunnel({ target: { host: '127.0.0.1', port: 1 }, config: 'nonsense = yes' }));
    await expect(start).rejects.toThrow(/ended with exit code 1 before it was ready.*nonsense/s);
  });
});
