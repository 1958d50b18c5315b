import type { Wire } from '@pool/net';
import { readUntil } from './read-until.ts';
import type { Talk, TalkOptions } from './target-kind.ts';

/** How to talk to a server of lines: what to send, and the line at which its answer is over. Undefined when nothing is to be sent. */
export function lineTalk({ send, expect, greeting }: TalkOptions, timeoutMs: number): Talk | undefined {
  if (send === undefined) return undefined;
  const request = Buffer.from(send, 'latin1');
  async function greet(wire: Wire): Promise<void> {
    await readUntil(wire, greeting, timeoutMs);
  }
  return {
    init: greeting === undefined ? [] : [greet],
    ask: async (wire, limitMs) => {
      await wire.write(request, { timeoutMs: limitMs });
      await readUntil(wire, expect, limitMs);
    },
  };
}
