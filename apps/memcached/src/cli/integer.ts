import { InvalidArgumentError } from 'commander';

/** For commander, which puts the name of the option before the message. */
export function integer(text: string): number {
  if (/^[1-9]\d{0,6}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It must be a whole number from 1 to 9999999.');
}
