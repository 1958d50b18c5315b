import type { Machine } from '../machine.ts';
import { markdownTable, ranOn } from '../page.ts';
import { median } from '../results.ts';
import type { Contestant } from './client.ts';
import type { Experiment, Outcome } from './run.ts';

export interface Measured {
  readonly machine: Machine;
  readonly contestants: readonly Contestant[];
  readonly experiment: Experiment;
  readonly links: readonly number[];
  readonly outcomes: readonly Outcome[];
}

/** The page of the docs. */
export function idleLimitPage({ machine, contestants, experiment, links, outcomes }: Measured): string {
  const { idleMs, aroundMs, clients, connections, waves } = experiment;
  const requests = clients * connections * waves;
  return `# A server that closes idle connections without a word

<!-- Written by \`npm run bench -- idle-limit --write apps/docs/idle-limit.md\`: about four minutes -->

A server closes connections that were idle for ${count(idleMs)} ms, and nothing announces it. Requests come ${count(idleMs)} ± ${aroundMs} ms after the last
answer, so that many of them meet the server's goodbye on the way. Nobody can tell then whether the server has worked on the
request; where it must not be sent twice (a payment, an e-mail), the caller has an error.

Each of these made ${count(requests)} requests, in a process of its own, all at the same time against the same server: ${clients} pools of ${connections}
connections, each used by ${connections} callers at once ${waves} times. *At first* is the first tenth of them: who learns has to see something before.

${links.map((linkMs) => section(linkMs, contestants, outcomes)).join('\n\n')}

*Opened* is how many connections they made. *Learned* is what the pools took for the limit in the end; the server's is ${count(idleMs)} ms.

## What it shows

- On the same machine a goodbye is under way for less than a millisecond, and as long as a busy process takes to hear it: few callers
  meet one. Over the link it is under way for half a round trip, and a request for the other half: who asks within the round trip before the goodbye
  is heard cannot know of it, and that is 20 of the 50 ms in which requests come. Nothing that looks at the socket helps there.
- A pool that learns believes what it has seen three times. Until then its callers have the errors that everybody has (*at first*),
  once for each pool and each server.
- Learning costs connections. Idle ones are retired at four fifths of the limit, and here nobody comes before that: without a ping nearly
  every request opens a connection, twice as many as where errors are taken instead, and waits for it. With a ping they are
  kept, for a round trip on each every 0.8 s; no other opens as few.
- generic-pool does not hear of an idle connection's end, and lends it unless it validates.

A server that announces its limit (\`Keep-Alive: timeout=1\`) gives no error to those who read that; many say nothing.

## How they were set up

${contestants.map(({ name, setUp }) => `- **${name}**: ${setUp}.`).join('\n')}

Whoever knows the limit can set it in every one of these. The case here is that nobody was told.

${ranOn(machine)}
`;
}

function section(linkMs: number, contestants: readonly Contestant[], outcomes: readonly Outcome[]): string {
  const title = linkMs === 0 ? 'On the same machine' : `Over a link with a round trip of ${linkMs} ms`;
  const head = ['', 'errors per 10 000', 'at first', 'after that', 'opened per 10 000', 'learned'];
  const rows = contestants.flatMap(({ name }) =>
    outcomes.filter((each) => each.contestant === name && each.linkMs === linkMs).map(row),
  );
  return `## ${title}\n\n${markdownTable(head, rows)}`;
}

function row({ contestant, early, later, opened, learnedMs }: Outcome): readonly string[] {
  const requests = early.requests + later.requests;
  const errors = early.errors.length + later.errors.length;
  const per = (part: number, whole: number): string => (whole === 0 ? '' : count((10_000 * part) / whole));
  return [
    contestant.startsWith('@pool') ? `**${contestant}**` : contestant,
    per(errors, requests),
    per(early.errors.length, early.requests),
    per(later.errors.length, later.requests),
    per(opened, requests),
    learnedMs.length === 0 ? '' : `${count(median(learnedMs))} ms`,
  ];
}

function count(value: number): string {
  return Math.round(value).toLocaleString('en').replaceAll(',', ' ');
}
