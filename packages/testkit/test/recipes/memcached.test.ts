import { describe, expect, test } from 'vitest';
import { available } from '../../src/find-binary.ts';
import { memcached } from '../../src/recipes/memcached.ts';
import { Conversation } from '../conversation.ts';
import { serve } from '../serve.ts';

describe.runIf(available(memcached()))('memcached', () => {
  test('keeps a value until it is restarted', async () => {
    const server = await serve(memcached());
    const client = await Conversation.open(server.port());
    expect(await client.say('set key 0 0 5\r\nvalue\r\n', /\r\n/)).toBe('STORED\r\n');
    expect(await client.say('get key\r\n', /END\r\n/)).toBe('VALUE key 0 5\r\nvalue\r\nEND\r\n');
    await server.halt();
    await server.start();
    const again = await Conversation.open(server.port());
    expect(await again.say('get key\r\n', /END\r\n/)).toBe('END\r\n');
  });

  test('what it does not understand fails at once, with what it said', async () => {
    await expect(serve(memcached({ args: ['--nonsense'] }))).rejects.toThrow(/ended with exit code 1 .*nonsense/s);
  });
});
