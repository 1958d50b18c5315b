import { InvalidArgumentError } from 'commander';

const simple: Readonly<Record<string, string>> = { r: '\r', n: '\n', t: '\t', '0': '\0', '\\': '\\' };

/**
 * The bytes meant by a text with escapes, one character each (latin1): `\r`, `\n`, `\t`, `\0`, `\\` and `\xHH`, since a shell passes
 * none of them on as they are. What is not an escape stands for itself, in UTF-8.
 */
export function withoutEscapes(text: string): string {
  const escapes = /\\(?:x([0-9a-fA-F]{2})|(.?))/gs;
  let bytes = '';
  let from = 0;
  for (const { 0: whole, 1: hex, 2: letter = '', index } of text.matchAll(escapes)) {
    const meant = hex === undefined ? simple[letter] : String.fromCharCode(Number.parseInt(hex, 16));
    if (meant === undefined) {
      throw new InvalidArgumentError(`'${whole}' is no escape; known are \\r \\n \\t \\0 \\\\ and \\xHH.`);
    }
    bytes += asBytes(text.slice(from, index)) + meant;
    from = index + whole.length;
  }
  return bytes + asBytes(text.slice(from));
}

function asBytes(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}
