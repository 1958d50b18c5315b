import type { Wire, WireOptions } from '@pool/net';
import { exchange, unexpected } from '../adapter/exchange.ts';

/** How the server is doing, in its own words and order. */
export function stats(wire: Wire, limits?: WireOptions): Promise<ReadonlyMap<string, string>> {
  return exchange(
    wire,
    'stats\r\n',
    async (first) => {
      const found = new Map<string, string>();
      for (let line = first; line !== 'END'; line = await wire.readLine(limits)) {
        const [, name, value] = /^STAT (\S+) (.*)$/.exec(line) ?? [];
        if (name === undefined || value === undefined) throw unexpected('stats', line);
        found.set(name, value);
      }
      return found;
    },
    limits,
  );
}
