import { InvalidArgumentError } from 'commander';
import { withoutEscapes } from './without-escapes.ts';

/** What is sent: bytes, at least one. */
export function bytes(text: string): string {
  if (text === '') throw new InvalidArgumentError('It must not be empty.');
  return withoutEscapes(text);
}

/** What a line must contain. Its end belongs to every line, so it may be written, and counts for nothing. */
export function withinLine(text: string): string {
  const wanted = withoutEscapes(text).replace(/\r?\n$/, '');
  if (wanted === '') throw new InvalidArgumentError('It must not be empty.');
  if (wanted.includes('\n')) throw new InvalidArgumentError('It is looked for in one line: no line end within it.');
  return wanted;
}
