import type { OpenContext } from '@pool/core';
import { ProtocolError, type Wire } from '@pool/net';
import { answerTo, decodeLdapResult, type LdapResult } from './ldap-message.ts';

/** The answers to StartTLS and to a simple bind are some dozens of bytes. */
const longestMessage = 65_536;

/** An LDAPMessage is a SEQUENCE (RFC 4511 section 4.1.1). */
const sequenceTag = 0x30;

/** Sends a request, reads the answer to it, and not a byte more. @throws ProtocolError */
export async function exchangeLdap(
  wire: Wire,
  { signal }: OpenContext,
  request: Uint8Array,
  expected: { readonly messageId: number; readonly request: number },
): Promise<LdapResult> {
  await wire.write(request, { signal });
  const header = await wire.read(2, { signal });
  const [tag, short = 0] = header;
  if (tag !== sequenceTag)
    throw new ProtocolError('the server answered with something else than an LDAP message: it is no LDAP server');
  // Definite lengths only (RFC 4511 section 5.1), so that the end of the message is known, and what is behind it is seen.
  const longForm = short & 0x80 ? await wire.read(lengthOfLength(short), { signal }) : Buffer.alloc(0);
  const length = longForm.length === 0 ? short : longForm.readUIntBE(0, longForm.length);
  if (length > longestMessage)
    throw new ProtocolError(`the LDAP server announced an answer of ${length} bytes; at most ${longestMessage} are accepted`);
  const body = await wire.read(length, { signal });
  const result = await decodeLdapResult(Buffer.concat([header, longForm, body]));
  if (result.messageId === 0) {
    throw new ProtocolError(
      `the LDAP server is about to close the connection (notice of disconnection, result ${result.resultCode})`,
      {
        received: result.diagnosticMessage,
      },
    );
  }
  if (result.messageId !== expected.messageId || result.operation !== answerTo[expected.request]) {
    throw new ProtocolError('the LDAP server answered another question than was asked', { received: result.diagnosticMessage });
  }
  return result;
}

function lengthOfLength(short: number): number {
  const count = short & 0x7f;
  if (count >= 1 && count <= 4) return count;
  throw new ProtocolError(
    'the LDAP server announced an answer without a definite length (RFC 4511 section 5.1), or with an absurd one',
  );
}
