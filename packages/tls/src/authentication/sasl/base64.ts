import { ProtocolError } from '@pool/net';

/**
 * Node's own decoder skips what it does not know, so that two texts would mean the same.
 * @throws ProtocolError
 */
export function decodeBase64(text: string, what: string): Buffer {
  const decoded = Buffer.from(text, 'base64');
  if (decoded.toString('base64') !== text) throw new ProtocolError(`${what} is not in base64`, { received: text });
  return decoded;
}
