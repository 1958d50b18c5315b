import { writeFile } from 'node:fs/promises';
import { lineServer } from '@pool/testkit';
import { Command } from 'commander';
import { chosen, positive } from '../flags.ts';
import { machine } from '../machine.ts';
import { progress } from '../progress.ts';
import { contestants } from './contestants/all.ts';
import { outages } from './outages.ts';
import { type Measured, outagesPage } from './outages-page.ts';
import { type Outcome, runOutage } from './run-outage.ts';

interface Flags {
  readonly json?: true;
  readonly only?: readonly string[];
  readonly pools?: readonly string[];
  readonly rounds: number;
  readonly quick?: true;
  readonly write?: string;
}

export function outagesCommand(): Command {
  return new Command('outages')
    .description('What callers see when the server goes down and comes back, with this pool and with others.')
    .option('--json', 'print every round as JSON')
    .option('--only <outage...>', `only these: ${outages.map(({ name }) => name).join(', ')}`)
    .option('--pools <name...>', `only these: ${contestants.map(({ name }) => name).join(', ')}`)
    .option('--rounds <count>', 'rounds of each', positive, 3)
    .option('--quick', 'one short outage each: shows that everything runs, and no more')
    .option('--write <file>', 'write the page there instead of printing it')
    .action(run);
}

async function run(flags: Flags, command: Command): Promise<void> {
  const measured = await measure(flags, command);
  if (flags.write !== undefined) await writeFile(flags.write, outagesPage(measured));
  if (flags.json) process.stdout.write(`${JSON.stringify(measured, undefined, 2)}\n`);
  else if (flags.write === undefined) process.stdout.write(outagesPage(measured));
}

/** One after the other: a pool that storms must not be another's bad weather. */
async function measure({ only, pools, rounds, quick }: Flags, command: Command): Promise<Measured> {
  const subject = { outages: chosen(outages, only, command), contestants: chosen(contestants, pools, command) };
  const durations = quick ? { downMs: 300, upMs: 300 } : { downMs: 2000, upMs: 1000 };
  const mostTries = quick ? 1 : 5;
  const outcomes: Outcome[] = [];
  await using server = await lineServer();
  for (let round = 1; round <= (quick ? 1 : rounds); round++) {
    for (const outage of subject.outages) {
      for (const contestant of subject.contestants) {
        progress(`round ${round} of ${rounds}: ${contestant.name}, ${outage.name}`);
        outcomes.push(await runOutage(contestant, outage, server, durations, mostTries));
      }
    }
  }
  progress('');
  return {
    machine: machine(['@pool/core', ...subject.contestants.map(({ packageName }) => packageName)]),
    ...subject,
    durations,
    mostTries,
    outcomes,
  };
}
