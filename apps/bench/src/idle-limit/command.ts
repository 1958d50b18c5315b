import { writeFile } from 'node:fs/promises';
import { Command } from 'commander';
import { chosen, positive } from '../flags.ts';
import { machine } from '../machine.ts';
import { progress } from '../progress.ts';
import { contestants } from './clients/all.ts';
import { idleLimitPage, type Measured } from './idle-limit-page.ts';
import { type Experiment, type Outcome, runExperiment } from './run.ts';

interface Flags {
  readonly json?: true;
  readonly clients?: readonly string[];
  readonly requests: number;
  readonly quick?: true;
  readonly write?: string;
}

const [mostClients, connections] = [10, 10];

export function idleLimitCommand(): Command {
  return new Command('idle-limit')
    .description('What callers see of a server that closes idle connections without a word, with this pool and with others.')
    .option('--json', 'print everything that was measured as JSON')
    .option('--clients <name...>', `only these: ${contestants.map(({ name }) => `'${name}'`).join(', ')}`)
    .option('--requests <count>', 'by each of them', positive, 10_000)
    .option('--quick', 'a few requests to an impatient server: shows that everything runs, and no more')
    .option('--write <file>', 'write the page there instead of printing it')
    .action(run);
}

async function run(flags: Flags, command: Command): Promise<void> {
  const measured = await measure(flags, command);
  if (flags.write !== undefined) await writeFile(flags.write, idleLimitPage(measured));
  if (flags.json) process.stdout.write(`${JSON.stringify(measured, undefined, 2)}\n`);
  else if (flags.write === undefined) process.stdout.write(idleLimitPage(measured));
}

async function measure({ clients: names, requests, quick }: Flags, command: Command): Promise<Measured> {
  const taking = chosen(contestants, names, command);
  const clients = Math.min(mostClients, Math.ceil(requests / (10 * connections)));
  const waves = Math.max(2, Math.round(requests / connections / clients));
  const experiment: Experiment = quick
    ? { idleMs: 200, aroundMs: 5, clients: 1, connections: 2, waves: 3 }
    : { idleMs: 1000, aroundMs: 25, clients, connections, waves };
  const links = [0, 20];
  const outcomes: Outcome[] = [];
  for (const linkMs of links) {
    progress(`${clients * connections * waves} requests by each, over ${linkMs} ms`);
    outcomes.push(...(await runExperiment(taking, experiment, linkMs)));
  }
  progress('');
  const packages = taking.flatMap(({ packageName }) => packageName ?? []);
  return { machine: machine([...new Set(packages)]), contestants: taking, experiment, links, outcomes };
}
