import { OptionsError } from '@pool/core';

const longestKey = 250;

/**
 * The key, when it can be one. Checked before anything is sent: a line end in a key would begin a command of somebody else's choosing.
 * @throws OptionsError
 */
export function checkKey(key: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused.
  if (!/^[^\s\x00-\x1f\x7f]+$/.test(key) || Buffer.byteLength(key) > longestKey) {
    throw new OptionsError('key', `a key must be 1 to ${longestKey} bytes without spaces and control characters`);
  }
  return key;
}
