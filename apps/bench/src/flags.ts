import { type Command, InvalidArgumentError } from 'commander';

export function positive(text: string): number {
  const count = Number(text);
  if (!Number.isSafeInteger(count) || count < 1) throw new InvalidArgumentError('It must be a whole number, at least 1.');
  return count;
}

/** Those that were named, all when nobody named any; a name that is none ends the command. */
export function chosen<T extends { readonly name: string }>(
  all: readonly T[],
  names: readonly string[] | undefined,
  command: Command,
): readonly T[] {
  const known = all.map(({ name }) => name);
  const unknown = names?.find((name) => !known.includes(name));
  if (unknown !== undefined) command.error(`error: there is no '${unknown}'; there are ${known.join(', ')}`);
  return all.filter(({ name }) => names === undefined || names.includes(name));
}
