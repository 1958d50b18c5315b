import { ReadTimeoutError, type Wire } from '@pool/net';
import { forTerminal } from '../render/for-terminal.ts';
import { Deadline } from './deadline.ts';

/**
 * Reads lines up to the first that contains `wanted`; any line will do when that is undefined. One limit for all of them.
 * @throws ReadTimeoutError saying what came instead
 */
export async function readUntil(wire: Wire, wanted: string | undefined, timeoutMs: number): Promise<void> {
  const deadline = new Deadline(timeoutMs);
  let last: string | undefined;
  for (;;) {
    try {
      // One character for each byte, as in `wanted`.
      last = await wire.readLine({ timeoutMs: deadline.leftMs, encoding: 'latin1' });
    } catch (error) {
      if (!(error instanceof ReadTimeoutError)) throw error;
      const missing = wanted === undefined ? 'no line' : `no line with ${quoted(wanted)}`;
      const instead = last === undefined ? '' : `, only ${quoted(last)}`;
      throw new ReadTimeoutError(`${missing} came within ${timeoutMs} ms${instead}`, timeoutMs, { cause: error });
    }
    if (wanted === undefined || last.includes(wanted)) return;
  }
}

const longest = 60;

function quoted(text: string): string {
  const cut = text.length > longest ? `${text.slice(0, longest)}…` : text;
  return `'${forTerminal(cut)}'`;
}
