import type { Wire, WireOptions } from '@pool/net';
import { exchange, unexpected } from '../adapter/exchange.ts';
import { checkKey } from './key.ts';

/** The value of a key; undefined when there is none. */
export function get(wire: Wire, key: string, limits?: WireOptions): Promise<Buffer | undefined> {
  return exchange(
    wire,
    `get ${checkKey(key)}\r\n`,
    async (line) => {
      if (line === 'END') return undefined;
      const [word, itsKey, , byteLength = ''] = line.split(' ');
      // Another key would be the answer to a question of somebody before.
      if (word !== 'VALUE' || itsKey !== key || !/^\d{1,10}$/.test(byteLength)) throw unexpected('get', line);
      const value = await wire.read(Number(byteLength), limits);
      for (const expected of ['', 'END']) {
        const next = await wire.readLine(limits);
        if (next !== expected) throw unexpected('get', next);
      }
      return value;
    },
    limits,
  );
}
