import { Command } from 'commander';
import { positive } from './flags.ts';
import { httpCommand } from './http/command.ts';
import { idleLimitCommand } from './idle-limit/command.ts';
import { machine } from './machine.ts';
import { type Measured, measure } from './measure.ts';
import { outagesCommand } from './outages/command.ts';
import { progress } from './progress.ts';
import { renderMachine, renderMeasured, toJson } from './report.ts';
import { scenarios } from './scenarios/all.ts';

interface Flags {
  readonly json?: true;
  readonly only?: readonly string[];
  readonly rounds: number;
  readonly quick?: true;
  readonly profile: boolean;
}

const names = scenarios.map(({ name }) => name);

await new Command('bench')
  .description('What lending costs, measured against other pools and against doing without.')
  .option('--json', 'print everything that was measured as JSON')
  .option('--only <scenario...>', `only these: ${names.join(', ')}`)
  .option('--rounds <count>', 'rounds of each contestant, interleaved', positive, 15)
  .option('--quick', 'two short rounds: shows that everything runs, and no more')
  .option('--no-profile', 'do not look for the reason when a mark is missed')
  .showSuggestionAfterError()
  // What follows the name of a command is that command's.
  .enablePositionalOptions()
  .action(run)
  .addCommand(outagesCommand())
  .addCommand(idleLimitCommand())
  .addCommand(httpCommand())
  .parseAsync();

async function run(flags: Flags, command: Command): Promise<void> {
  const unknown = flags.only?.find((name) => !names.includes(name));
  if (unknown !== undefined) command.error(`error: no scenario '${unknown}'; there are ${names.join(', ')}`);
  const about = machine();
  const measured: Measured[] = [];
  const options = {
    rounds: flags.rounds,
    quick: flags.quick === true,
    profile: flags.profile && flags.quick !== true,
    progress,
  };
  if (!flags.json) process.stdout.write(`${renderMachine(about)}\n`);
  for (const scenario of scenarios) {
    if (flags.only !== undefined && !flags.only.includes(scenario.name)) continue;
    const one = await measure(scenario, options);
    progress('');
    measured.push(one);
    if (!flags.json) process.stdout.write(`\n${renderMeasured(one)}\n`);
  }
  if (flags.json) process.stdout.write(`${JSON.stringify(toJson(about, measured), undefined, 2)}\n`);
}
