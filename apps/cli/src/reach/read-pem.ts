import { readFileSync } from 'node:fs';
import { usageError } from '../cli-error.ts';
import { errorCode } from '../error-code.ts';

/** @throws CliError naming the option and the file, never what is in it */
export function readPem(option: 'ca' | 'cert' | 'key', file: string): string {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw usageError(`--${option}: '${file}' cannot be read (${errorCode(error)})`);
  }
  if (text.includes('-----BEGIN ')) return text;
  throw usageError(`--${option}: '${file}' is no PEM file`);
}
