import { ProtocolError, type Wire } from '@pool/net';
import { Deadline } from '../targets/deadline.ts';

/** The extended operation "Who am I?" of LDAP (RFC 4532) as message 3: 1 and 2 were STARTTLS and the login. */
const oid = Buffer.from('1.3.6.1.4.1.4203.1.11.3');
const request = Buffer.concat([Uint8Array.of(0x30, oid.length + 7, 0x02, 1, 3, 0x77, oid.length + 2, 0x80, oid.length), oid]);

/** Far more than who anybody is. */
const longest = 65_536;

/** Asks an LDAP server who this is, and reads the answer whole. Anonymous clients may ask, too. */
export async function askWhoAmI(wire: Wire, timeoutMs: number): Promise<void> {
  const deadline = new Deadline(timeoutMs);
  await wire.write(request, { timeoutMs });
  const head = await wire.read(2, { timeoutMs: deadline.leftMs });
  if (head[0] !== 0x30) throw odd('with something that is no message of LDAP');
  const length = await lengthAfter(wire, head, deadline);
  const answer = await wire.read(length, { timeoutMs: deadline.leftMs });
  if (answer[0] !== 0x02 || answer[3] !== 0x78) throw odd('with something that is no answer to it');
  // The result comes first in the answer, whatever way its length is written in.
  const code = answer[contentAt(answer, 3) + 2];
  if (code !== 0) throw odd(`with result ${code} (RFC 4511 section 4.1.9)`);
}

async function lengthAfter(wire: Wire, head: Buffer, deadline: Deadline): Promise<number> {
  const first = head[1] ?? 0;
  if (first < 0x80) return first;
  const bytes = await wire.read(first & 0x7f, { timeoutMs: deadline.leftMs });
  const length = bytes.reduce((value, byte) => value * 256 + byte, 0);
  if (length > longest) throw odd(`with ${length} bytes`);
  return length;
}

/** Where the content of the element at `index` begins. */
function contentAt(bytes: Buffer, index: number): number {
  const first = bytes[index + 1] ?? 0;
  return index + 2 + (first < 0x80 ? 0 : first & 0x7f);
}

function odd(what: string): ProtocolError {
  return new ProtocolError(`the LDAP server answered "Who am I?" ${what}`);
}
