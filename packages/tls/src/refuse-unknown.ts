import { OptionsError } from '@pool/core';

/**
 * A misspelt option would be silently ignored, and it may have been the one that matters. Named without its value, which may be a secret.
 * @throws OptionsError
 */
export function refuseUnknown(of: string, options: object, known: readonly string[]): void {
  for (const option of Object.keys(options)) {
    if (!known.includes(option)) {
      throw new OptionsError(option, `${option} is not an option of ${of}(); there are ${known.join(', ')}`);
    }
  }
}
