import type { Wire, WireOptions } from '@pool/net';
import { exchange, unexpected } from '../adapter/exchange.ts';

/** What a ping is: the server's version. */
export function version(wire: Wire, limits?: WireOptions): Promise<string> {
  return exchange(
    wire,
    'version\r\n',
    (line) => {
      if (line.startsWith('VERSION ')) return line.slice('VERSION '.length);
      throw unexpected('version', line);
    },
    limits,
  );
}
