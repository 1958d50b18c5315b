import type { Wire, WireOptions } from '@pool/net';
import { exchange, unexpected } from '../adapter/exchange.ts';
import { checkKey } from './key.ts';

/** Forgets a key; false when there was none. */
export function remove(wire: Wire, key: string, limits?: WireOptions): Promise<boolean> {
  return exchange(
    wire,
    `delete ${checkKey(key)}\r\n`,
    (line) => {
      if (line === 'DELETED') return true;
      if (line === 'NOT_FOUND') return false;
      throw unexpected('delete', line);
    },
    limits,
  );
}
