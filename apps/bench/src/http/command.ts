import { writeFile } from 'node:fs/promises';
import { Command } from 'commander';
import { chosen } from '../flags.ts';
import { machine } from '../machine.ts';
import { progress } from '../progress.ts';
import { httpContestants } from './clients/all.ts';
import type { HttpContestant } from './clients/client.ts';
import { type FarAwayOutcome, farAway } from './far-away.ts';
import { type HttpMeasured, httpPage } from './http-page.ts';
import { type IdleCloseOutcome, idleClose } from './idle-close.ts';
import { type RestartOutcome, restart } from './restart.ts';

interface Flags {
  readonly json?: true;
  readonly only?: readonly string[];
  readonly clients?: readonly string[];
  readonly quick?: true;
  readonly write?: string;
}

const longWayMs = 20;
const fullIdleClose = { idleMs: 1000, aroundMs: 25, clients: 10, connections: 10, waves: 100 };
const quickIdleClose = { idleMs: 200, aroundMs: 5, clients: 1, connections: 2, waves: 3 };
const parts = [{ name: 'idle-close' }, { name: 'far-away' }, { name: 'restart' }];

export function httpCommand(): Command {
  return new Command('http')
    .description('What callers of HTTP see of idle connections that end, of a long way, and of a server that is killed.')
    .option('--json', 'print everything that was measured as JSON')
    .option('--only <part...>', `only these: ${parts.map(({ name }) => name).join(', ')}`)
    .option('--clients <name...>', `only these: ${httpContestants.map(({ name }) => `'${name}'`).join(', ')}`)
    .option('--quick', 'a few requests: shows that everything runs, and no more')
    .option('--write <file>', 'write the tables there instead of printing them')
    .action(run);
}

async function run(flags: Flags, command: Command): Promise<void> {
  const clients = chosen(httpContestants, flags.clients, command);
  const wanted = chosen(parts, flags.only, command).map(({ name }) => name);
  const measured = await measure(clients, wanted, flags.quick === true);
  progress('');
  if (flags.write !== undefined) await writeFile(flags.write, httpPage(measured));
  if (flags.json) process.stdout.write(`${JSON.stringify(measured, undefined, 2)}\n`);
  else if (flags.write === undefined) process.stdout.write(httpPage(measured));
}

async function measure(clients: readonly HttpContestant[], wanted: readonly string[], quick: boolean): Promise<HttpMeasured> {
  const packages = clients.flatMap(({ packageName }) => packageName ?? []);
  const idleCloses: IdleCloseOutcome[] = [];
  if (wanted.includes('idle-close')) {
    const experiment = quick ? quickIdleClose : fullIdleClose;
    for (const linkMs of [0, longWayMs]) {
      progress(`idle-close, over ${linkMs} ms`);
      idleCloses.push(...(await idleClose(clients, experiment, linkMs)));
    }
  }
  const farAways: FarAwayOutcome[] = [];
  const far = { linkMs: longWayMs, rounds: quick ? 1 : 16, burst: quick ? 5 : 50, idleMs: 1000 };
  for (const protocol of wanted.includes('far-away') ? (['http', 'https'] as const) : []) {
    for (const contestant of clients) {
      progress(`far-away: ${contestant.name}, ${protocol}`);
      farAways.push(await farAway(contestant, protocol, far));
    }
  }
  const restarts: RestartOutcome[] = [];
  const outage = { downMs: quick ? 300 : 1000, aroundMs: quick ? 300 : 2000, perSecond: 50 };
  for (let round = wanted.includes('restart') ? (quick ? 1 : 5) : 0; round > 0; round--) {
    for (const contestant of clients) {
      progress(`restart: ${contestant.name}`);
      restarts.push(await restart(contestant, outage));
    }
  }
  return { machine: machine([...new Set(packages)]), clients, linkMs: longWayMs, idleCloses, farAways, restarts };
}
