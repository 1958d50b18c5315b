import { describe, expect, onTestFinished, test } from 'vitest';
import { testCertificates } from '../../src/certificates/test-certificates.ts';
import { eventually } from '../../src/eventually.ts';
import { available } from '../../src/find-binary.ts';
import { lineServer } from '../../src/line-server.ts';
import { haproxy } from '../../src/recipes/haproxy.ts';
import { Conversation } from '../conversation.ts';
import { serve } from '../serve.ts';

const { ca, client, strangeClient } = await testCertificates();

describe.runIf(available(haproxy({ target: { host: '', port: 0 } })))('haproxy', () => {
  test('takes TLS off in front of a plain server, again after a restart, and does not disturb it itself', async () => {
    await using plain = await lineServer();
    const server = await serve(haproxy({ target: { host: '127.0.0.1', port: plain.port } }));
    expect(plain.connects).toBe(0);
    const first = await Conversation.openSecure(server.port(), { ca: ca.cert });
    expect(await first.say('hello\r\n', /\n/)).toBe('hello\r\n');
    await server.halt();
    await server.start();
    const second = await Conversation.openSecure(server.port(), { ca: ca.cert });
    expect(await second.say('hello again\r\n', /\n/)).toBe('hello again\r\n');
  });

  test('lets in whom it knows by a certificate, and nobody else', async () => {
    const plain = await lineServer();
    onTestFinished(() => plain.stop());
    const server = await serve(haproxy({ target: { host: '127.0.0.1', port: plain.port }, clientCa: ca.cert }));
    const talk = async (own: object): Promise<string> => {
      const conversation = await Conversation.openSecure(server.port(), { ca: ca.cert, ...own });
      return await conversation.say('hello\r\n', /\n/);
    };
    expect(await talk(client)).toBe('hello\r\n');
    await expect(talk({})).rejects.toThrow();
    await expect(talk(strangeClient)).rejects.toThrow();
    await eventually(() => /SSL client certificate not trusted/.test(server.output), { what: 'it logs why' });
    expect(plain.connects).toBe(1);
  });

  test('what it does not understand fails at once, with what it said', async () => {
    const start = serve(haproxy({ target: { host: '127.0.0.1', port: 1 }, bind: 'nonsense' }));
    await expect(start).rejects.toThrow(/ended with exit code 1 before it was ready.*unknown keyword 'nonsense'/s);
  });
});
