import type { Machine } from '../machine.ts';
import { markdownTable, ranOn } from '../page.ts';
import { median } from '../results.ts';
import { graceMs, limits } from './limits.ts';
import type { Contestant } from './line-pool.ts';
import type { Outage } from './outages.ts';
import type { Durations, Outcome } from './run-outage.ts';

export interface Measured {
  readonly machine: Machine;
  readonly contestants: readonly Contestant[];
  readonly outages: readonly Outage[];
  readonly durations: Durations;
  /** Every round of every pool in every outage. */
  readonly outcomes: readonly Outcome[];
}

/** The page of the docs. */
export function outagesPage(measured: Measured): string {
  const { machine, contestants, outages, durations, outcomes } = measured;
  const rounds = outcomes.length / contestants.length / outages.length;
  return `# When the server goes down

<!-- Written by \`npm run bench -- outages --write apps/docs/outages.md\`: about ten minutes -->

A server of lines behind a proxy that does the harm, real sockets, and each pool in a process of its own: ${limits.max} idle
connections, then the outage for ${durations.downMs / 1000} s with a caller every 20 ms, whether or not those before were served, then the
network's return and a caller every 10 ms for ${durations.upMs / 1000} s. This is HikariCP's comparison ("database down") for pools of
JavaScript. ${rounds === 1 ? 'One round' : `${rounds} rounds of each`}.

All have the same limits: ${limits.acquireMs} ms to wait for a connection, ${limits.openMs} to connect and be greeted, ${limits.pingMs} for a ping, ${limits.answerMs} for
an answer, at most ${limits.max} connections, ${limits.min} kept, and a ping before a connection is lent where the pool has such a thing.

| column | what |
| --- | --- |
| failed | callers during the outage who got no answer: somebody has to. A median |
| late | callers who waited more than ${graceMs} ms beyond their limit for a connection or for its refusal, in all rounds; time in which the machine gave the process no processor does not count |
| lent dead | callers who got a connection that did not answer, in all rounds |
| refused after | how long callers waited in vain, in ms: the first third of them, and the last. Much less than the limit: they were told at once |
| attempts | connections tried during the outage. A median; the server's log and the processor see them all |
| back after | ms from the network's return to the first caller served: the median, and the worst. A pool that waits between attempts needs up to one wait and one opening (here ${limits.retryMs} + ${limits.openMs}); one that storms needs none |
| failed after | callers who came when the network was back, and got no answer, in all rounds |
| quiet | connections open when nobody had asked for 0.3 s; at most ${limits.max} are allowed |
| left behind | sockets still open after \`close()\`, a \`close()\` that did not end, a process that did not, errors that nobody caught |

${outages.map((outage) => section(outage, measured)).join('\n\n')}

## How they were set up

${contestants.map(({ name, setUp }) => `- **${name}**: ${setUp}.`).join('\n')}

Pools that pool what they are given share one client, which connects, greets, pings and answers within the limits and marks a
connection that ended. undici's Pool speaks HTTP only and is not here; it is on [the page about idle connections](idle-limit.md).

${ranOn(machine)}
`;
}

function section(outage: Outage, { contestants, outcomes }: Measured): string {
  const head = [
    '',
    'failed',
    'late',
    'lent dead',
    'refused after',
    'attempts',
    'back after',
    'failed after',
    'quiet',
    'left behind',
  ];
  const rows = contestants.map(({ name }) =>
    row(
      name,
      outcomes.filter((each) => each.outage === outage.name && each.contestant === name),
      outage,
    ),
  );
  return `## ${outage.what}\n\n${markdownTable(head, rows)}`;
}

function row(name: string, rounds: readonly Outcome[], { partial }: Outage): readonly string[] {
  const middle = (of: (round: Outcome) => number | undefined): string => show(median(rounds.flatMap((round) => of(round) ?? [])));
  const sum = (of: (round: Outcome) => number): string => String(rounds.reduce((total, round) => total + of(round), 0));
  const back = rounds.map(({ backAfterMs }) => backAfterMs ?? Infinity);
  const refused = rounds.some(({ during }) => during.refusedEarlyMs !== undefined);
  return [
    name === '@pool/core' ? `**${name}**` : name,
    `${middle(({ during }) => during.failed)} of ${middle(({ during }) => during.count)}`,
    sum(({ late }) => late),
    sum(({ lentDead }) => lentDead),
    refused ? `${middle(({ during }) => during.refusedEarlyMs)}, ${middle(({ during }) => during.refusedLateMs)}` : '',
    middle(({ attempts }) => attempts),
    partial ? '' : `${show(median(back))}, ${show(Math.max(...back))}`,
    sum(({ after }) => after.failed),
    String(Math.max(...rounds.map(({ openWhenQuiet }) => openWhenQuiet))),
    leftBehind(rounds),
  ];
}

function leftBehind(rounds: readonly Outcome[]): string {
  const count = (what: string, is: (round: Outcome) => number | boolean): readonly string[] => {
    const total = rounds.reduce((sum, round) => sum + Number(is(round)), 0);
    return total === 0 ? [] : [`${total} ${what}`];
  };
  const all = [
    ...count('sockets', ({ openWhenClosed }) => openWhenClosed),
    ...count('× close() did not end', ({ closed }) => !closed),
    ...count('× the process did not end', ({ endedByItself }) => !endedByItself),
    ...count('errors not caught', ({ uncaught }) => uncaught.length),
  ];
  return all.length === 0 ? 'nothing' : all.join(', ');
}

function show(value: number): string {
  if (Number.isNaN(value)) return '';
  return value === Infinity ? 'never' : Math.round(value).toLocaleString('en').replaceAll(',', ' ');
}
