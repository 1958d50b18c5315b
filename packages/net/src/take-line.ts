import type { ByteQueue } from './byte-queue.ts';
import { ProtocolError } from './errors.ts';

const lineFeed = 0x0a;
const carriageReturn = 0x0d;

/**
 * The oldest line without its end, which is CR LF or, as many servers send it, LF alone. Undefined while there is none.
 * `from`: so many bytes were searched before.
 * @throws ProtocolError when the line is longer than `maxBytes`, as soon as that can be told
 */
export function takeLine(queue: ByteQueue, maxBytes: number, encoding: 'utf8' | 'latin1', from: number): string | undefined {
  const index = queue.indexOf(lineFeed, from);
  if (index === -1) {
    // One more than the limit may still be its CR.
    if (queue.length > maxBytes + 1) throw tooLong(maxBytes);
    return undefined;
  }
  const line = queue.take(index + 1);
  const end = line[index - 1] === carriageReturn ? index - 1 : index;
  if (end > maxBytes) throw tooLong(maxBytes);
  return line.toString(encoding, 0, end);
}

// Without the line itself: it may hold what must not be in a log.
function tooLong(maxBytes: number): ProtocolError {
  return new ProtocolError(
    `the peer sent a line longer than ${maxBytes} bytes (maxBytes). Allow more if the protocol does; else this is another protocol than expected, TLS perhaps`,
  );
}
