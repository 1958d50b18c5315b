import type { Wire } from '@pool/net';
import { usageError } from '../cli-error.ts';
import { readUntil } from './read-until.ts';
import type { Target } from './target.ts';
import type { TalkOptions } from './target-kind.ts';

/** How to talk to a server of lines: what to send, and the line at which its answer is over. @throws CliError */
export function lineTalk(
  name: string,
  { send, expect, greeting }: TalkOptions,
  timeoutMs: number,
): Pick<Target<Wire>, 'ask' | 'init'> {
  if (send === undefined) {
    throw usageError(`${name} needs --send, a request of its protocol; for example --send 'PING\\r\\n'`);
  }
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
