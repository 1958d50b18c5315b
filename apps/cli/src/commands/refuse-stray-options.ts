import type { Command } from 'commander';
import { usageError } from '../cli-error.ts';
import { reachOptionNames } from '../reach/reach-options.ts';
import { usages } from '../targets/find-place.ts';
import { talkOptionNames } from '../targets/talk-options.ts';

/** Those the embedded server has no use for. */
const outsideOnly = [...talkOptionNames, ...reachOptionNames] as const;

/**
 * Options that mean nothing to what is asked are refused, not ignored.
 * @param embeddedOnly those of this command that only the embedded server can obey
 * @throws CliError
 */
export function refuseStrayOptions(command: Command, target: string | undefined, embeddedOnly: readonly string[]): void {
  for (const option of target === undefined ? outsideOnly : embeddedOnly) {
    if (command.getOptionValueSource(option) !== 'cli') continue;
    throw usageError(
      target === undefined
        ? `--${option} needs a target: ${usages()}`
        : `--${option} is for the embedded server, not for a target`,
    );
  }
}
