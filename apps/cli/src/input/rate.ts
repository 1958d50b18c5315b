import { InvalidArgumentError } from 'commander';

const highest = 1000;

/** Times a second, with or without saying so: `5`, `0.5`, `5/s`. */
export function rate(text: string): number {
  const [, number] = /^(\d+(?:\.\d+)?)(?:\/s)?$/.exec(text) ?? [];
  if (number !== undefined && Number(number) <= highest) return Number(number);
  throw new InvalidArgumentError(`It must be a number from 0 to ${highest}.`);
}
