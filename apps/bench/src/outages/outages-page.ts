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
  /** A round that the machine disturbed was repeated, up to this many in all. */
  readonly mostTries: number;
  /** Every round of every pool in every outage. */
  readonly outcomes: readonly Outcome[];
}

/** The page of the docs. */
export function outagesPage(measured: Measured): string {
  const { machine, contestants, outages, durations, mostTries, outcomes } = measured;
  const disturbed = outcomes.filter((each) => each.disturbed).length;
  const rounds = outcomes.length / contestants.length / outages.length;
  return `# When the server goes down

<!-- Written by \`npm run bench -- outages --write apps/docs/outages.md\`: about ten minutes -->

A server of lines behind a proxy that does the harm, real sockets, and each pool in a process of its own: ${limits.max} idle
connections, then the outage for ${durations.downMs / 1000} s with a caller every 20 ms, whether or not those before were served, then the
network's return and a caller every 10 ms for ${durations.upMs / 1000} s.

This is [HikariCP's comparison](https://github.com/brettwooldridge/HikariCP/wiki/Bad-Behavior:-Handling-Database-Down) ("database down")
for pools of JavaScript. ${rounds === 1 ? 'One round' : `${rounds} rounds of each`}. A round in which the machine kept the processor from the pool or the server for more than ${graceMs} ms
was repeated, up to ${mostTries} times; ${disturbed === 0 ? 'in the end none was' : `${disturbed} of ${outcomes.length} were`} disturbed.

All have the same limits: ${limits.acquireMs} ms to wait for a connection, ${limits.openMs} to connect and be greeted, ${limits.pingMs} for a ping, ${limits.answerMs} for
an answer, at most ${limits.max} connections, ${limits.min} kept, and a ping before a connection is lent where the pool has such a thing.

| column | what |
| --- | --- |
| failed | callers during the outage who got no answer: somebody has to. A median |
| late | callers who waited more than ${graceMs} ms beyond their limit for a connection or for its refusal, in all rounds; time in which the machine gave the process no processor does not count |
| lent dead | callers who got a connection that did not answer, in all rounds |
| refused after | how long callers waited in vain, in ms: the first third of them, and the last. Much less than the limit: they were told at once |
| told why | of these, how many were told what is wrong with the server, as the error or its cause. A median |
| attempts | connections tried during the outage. A median; the server's log and the processor see them all |
| back after | ms from the network's return to the first caller served: the median, and the worst. A pool that waits between attempts needs up to one wait and one opening (here ${limits.retryMs} + ${limits.openMs}); one that storms needs none |
| failed after | callers who came when the network was back, and got no answer, in all rounds |
| open | connections at once at most, in any round, and when nobody had asked for 0.3 s; at most ${limits.max} are allowed |
| left behind | sockets still open after \`close()\`, a \`close()\` that did not end, a process that did not, errors that nobody caught |

${outages.map((outage) => section(outage, measured)).join('\n\n')}

## What it shows

- **Waiting.** All but one keep to the limit, for the last caller as for the first. mariadb's pool pings before its clock starts, so its first
  callers wait for both. pg-pool tells a failed opening to the caller at once; with @pool/core that is \`whenDown: 'refuse'\`.
- **Dead connections** are lent by those that do not ping: pg-pool, and @pool/core when only suspects are pinged. Where all hang at the same time
  nothing has given it reason to suspect; where some are seen to die (the last table) it pings the others, and pg-pool does not.
- **Attempts.** @pool/core tries one opening at a time and waits longer after each failure. generic-pool tries again at once, thousands of
  times, where openings fail fast; tarn and lightning-pool wait in between, but for each of their callers apart.
- **The reason** is in the errors of @pool/core and mariadb's pool, and in those of pg-pool where openings fail fast. In a black hole the first callers
  of @pool/core are told none: their limit ends before the first opening has failed.
- **Recovery** is not the best with @pool/core: who never stops trying is back within milliseconds, and it finishes its wait first. An opening that was swallowed
  has to run out, too, before the next: one caller or another who comes in that moment may still fail. Here the longest wait is set to ${limits.retryMs} ms;
  by default it is 30 s, and \`openBackoff\` says how long your callers can do without. mariadb's pool waits 0.2 s longer after each failure, up to 10 s, and offers no choice.
- Nobody opens more than it may, or leaves anything behind. When half of the connections die in plain sight, no caller of any pool notices.

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
    'told why',
    'attempts',
    'back after',
    'failed after',
    'open',
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
  const middle = (of: (round: Outcome) => number | undefined, unit = ''): string => {
    const values = rounds.flatMap((round) => of(round) ?? []);
    return values.length === 0 ? '' : `${show(median(values))}${unit}`;
  };
  const most = (of: (round: Outcome) => number): number => Math.max(...rounds.map(of));
  const sum = (of: (round: Outcome) => number): string => String(rounds.reduce((total, round) => total + of(round), 0));
  const back = rounds.map(({ backAfterMs }) => backAfterMs ?? Infinity);
  const refused = rounds.some(({ during }) => during.refusedEarlyMs !== undefined);
  return [
    name.startsWith('@pool') ? `**${name}**` : name,
    `${middle(({ during }) => during.failed)} of ${middle(({ during }) => during.count)}`,
    sum(({ late }) => late),
    sum(({ lentDead }) => lentDead),
    refused ? `${middle(({ during }) => during.refusedEarlyMs)}, ${middle(({ during }) => during.refusedLateMs)}` : '',
    middle(({ during: { refused: all, toldWhy } }) => (all === 0 ? undefined : (100 * toldWhy) / all), ' %'),
    middle(({ attempts }) => attempts),
    partial ? '' : `${show(median(back))}, ${show(most(({ backAfterMs }) => backAfterMs ?? Infinity))}`,
    sum(({ after }) => after.failed),
    `${most(({ mostOpen }) => mostOpen)}, ${most(({ openWhenQuiet }) => openWhenQuiet)}`,
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
  return value === Infinity ? 'never' : Math.round(value).toLocaleString('en').replaceAll(',', ' ');
}
