import { InvalidArgumentError } from 'commander';

/** For commander, which puts the name of the option before the message. */
export function integer(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    // `Number` alone would take '', '1e3' and '0x10'.
    if (/^\d+$/.test(text) && value >= least && value <= most) return value;
    throw new InvalidArgumentError(`It must be a whole number from ${least} to ${most}.`);
  };
}
