import type { Wire } from '@pool/net';
import { usageError } from '../cli-error.ts';
import { readUntil } from './read-until.ts';
import type { TalkOptions } from './talk-options.ts';
import type { Talk } from './target-kind.ts';

/** How to talk to a server of lines: what to send, and the line at which its answer is over. */
export function lineTalk({ send, expect, greeting }: TalkOptions, timeoutMs: number): Talk {
  if (expect !== undefined && send === undefined) throw usageError('--expect needs --send, the request it is the answer to');
  async function greet(wire: Wire): Promise<void> {
    await readUntil(wire, greeting, timeoutMs);
  }
  const request = send === undefined ? undefined : Buffer.from(send, 'latin1');
  return {
    init: greeting === undefined ? [] : [greet],
    ask:
      request &&
      (async (wire, limitMs) => {
        await wire.write(request, { timeoutMs: limitMs });
        await readUntil(wire, expect, limitMs);
      }),
  };
}
