import { AuthError } from '../errors.ts';

/** What the profile leaves as it is. */
const printableAscii = /^[ -~]*$/;

/**
 * SASLprep (RFC 4013), treated as a query: characters newer than its Unicode 3.2 are let through.
 * @throws AuthError when it forbids the text; the message names the field, not the text
 */
export async function prepare(text: string, field: string): Promise<string> {
  if (printableAscii.test(text)) return text;
  // Its tables take 15 ms to load, and most passwords do without.
  const { saslprep } = await import('@mongodb-js/saslprep');
  try {
    return saslprep(text, { allowUnassigned: true });
  } catch (cause) {
    throw new AuthError(`the ${field} holds characters that SASLprep (RFC 4013) forbids, so SCRAM cannot use it`, { cause });
  }
}
