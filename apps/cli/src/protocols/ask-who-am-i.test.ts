import { describe, expect, it } from 'vitest';
import { scriptedPeer } from '../../test/scripted-peer.ts';
import { askWhoAmI } from './ask-who-am-i.ts';

const ok = [0x0a, 1, 0, 0x04, 0, 0x04, 0];

describe('"Who am I?" of LDAP', () => {
  it.each([
    ['lengths in one byte', [0x30, 12, 0x02, 1, 3, 0x78, 7, ...ok]],
    ['lengths in many, as some servers write them all', [0x30, 0x84, 0, 0, 0, 16, 0x02, 1, 3, 0x78, 0x84, 0, 0, 0, 7, ...ok]],
  ])('takes an answer with %s', async (_, answer) => {
    const { wire, heard } = await scriptedPeer(Uint8Array.from(answer));
    await askWhoAmI(wire, 5_000);
    expect(heard[0]?.subarray(-23).toString()).toBe('1.3.6.1.4.1.4203.1.11.3');
    expect(wire.clean).toBe(true);
  });

  it('says with what result it was refused', async () => {
    const { wire } = await scriptedPeer(Uint8Array.of(0x30, 12, 0x02, 1, 3, 0x78, 7, 0x0a, 1, 50, 0x04, 0, 0x04, 0));
    await expect(askWhoAmI(wire, 5_000)).rejects.toThrow('answered "Who am I?" with result 50');
  });

  it.each([
    ['an answer to something else', [0x30, 12, 0x02, 1, 3, 0x61, 7, ...ok], 'something that is no answer to it'],
    ['what is no LDAP', [...Buffer.from('+OK and more\r\n')], 'something that is no message of LDAP'],
    ['more than any answer', [0x30, 0x84, 0x7f, 0xff, 0xff, 0xff], 'with 2147483647 bytes'],
    ['nothing in it', [0x30, 0], 'something that is no answer to it'],
  ])('refuses %s', async (_, answer, message) => {
    const { wire } = await scriptedPeer(Uint8Array.from(answer));
    await expect(askWhoAmI(wire, 5_000)).rejects.toThrow(message);
  });
});
