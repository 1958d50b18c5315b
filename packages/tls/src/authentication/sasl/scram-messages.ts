import { ProtocolError } from '@pool/net';
import { decodeBase64 } from './base64.ts';

/**
 * RFC 7677 section 4 has servers announce at least 4096, and less would make a stolen conversation cheaper to guess passwords from. The most: what a server may
 * make this side compute, about half a second, on a thread of its own.
 */
const fewestIterations = 4096;
const mostIterations = 1_000_000;

/** The server's first message (RFC 5802 section 7), checked. */
export interface ServerFirst {
  readonly nonce: string;
  readonly salt: Buffer;
  readonly iterations: number;
}

/** @throws ProtocolError */
export function parseServerFirst(message: string, clientNonce: string): ServerFirst {
  const match = /^r=([!-+\--~]+),s=([^,]*),i=([1-9]\d{0,9})(?:,|$)/.exec(message);
  // One that begins with m= asks for an extension that must not be ignored, and ends here, too.
  if (match === null)
    throw new ProtocolError("the server's first SCRAM message is malformed (RFC 5802 section 7)", { received: message });
  const [, nonce = '', salt = '', count = ''] = match;
  if (!(nonce.startsWith(clientNonce) && nonce.length > clientNonce.length)) {
    throw new ProtocolError(
      "the server's SCRAM nonce does not continue ours: this is the answer to somebody else's login (RFC 5802 section 5)",
    );
  }
  const iterations = Number(count);
  if (iterations < fewestIterations || iterations > mostIterations) {
    throw new ProtocolError(
      `the server wants ${iterations} SCRAM iterations; from ${fewestIterations} (RFC 7677) to ${mostIterations} are accepted`,
    );
  }
  const decoded = decodeBase64(salt, 'the SCRAM salt');
  if (decoded.length === 0) throw new ProtocolError('the SCRAM salt is empty');
  return { nonce, salt: decoded, iterations };
}

export type ServerFinal = { readonly signature: Buffer } | { readonly refusal: string };

/** @throws ProtocolError */
export function parseServerFinal(message: string): ServerFinal {
  const match = /^([ev])=([^,]+)(?:,|$)/.exec(message);
  if (match === null)
    throw new ProtocolError("the server's last SCRAM message is malformed (RFC 5802 section 7)", { received: message });
  const [, kind, value = ''] = match;
  return kind === 'e' ? { refusal: value } : { signature: decodeBase64(value, "the server's SCRAM signature") };
}

/** Comma and equals sign have a meaning in the messages. */
export function escapeName(name: string): string {
  return name.replaceAll('=', '=3D').replaceAll(',', '=2C');
}
