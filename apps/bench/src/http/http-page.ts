import type { Machine } from '../machine.ts';
import { markdownTable, ranOn } from '../page.ts';
import { median } from '../results.ts';
import type { HttpContestant, Method } from './clients/client.ts';
import type { FarAwayOutcome } from './far-away.ts';
import type { IdleCloseOutcome } from './idle-close.ts';
import type { RestartOutcome } from './restart.ts';

/** Parts that were not asked for are empty. */
export interface HttpMeasured {
  readonly machine: Machine;
  readonly clients: readonly HttpContestant[];
  readonly linkMs: number;
  readonly idleCloses: readonly IdleCloseOutcome[];
  readonly farAways: readonly FarAwayOutcome[];
  readonly restarts: readonly RestartOutcome[];
}

/** What was measured, in Markdown. */
export function httpPage({ machine, clients, linkMs, idleCloses, farAways, restarts }: HttpMeasured): string {
  const parts = [
    idleCloses.length > 0 ? idleCloseTable(clients, idleCloses, linkMs) : [],
    farAways.length > 0 ? farAwayTables(farAways, linkMs) : [],
    restarts.length > 0 ? restartTable(clients, restarts) : [],
    clients.map(({ name, setUp }) => `- **${name}**: ${setUp}.`).join('\n'),
    ranOn(machine),
  ];
  return `${parts.flat().join('\n\n')}\n`;
}

function idleCloseTable(clients: readonly HttpContestant[], outcomes: readonly IdleCloseOutcome[], linkMs: number): string {
  const per10k = (name: string, method: Method, link: number): string => {
    const found = outcomes.find((each) => each.contestant === name && each.method === method && each.linkMs === link);
    return found === undefined ? '' : String(Math.round((10_000 * found.errors.length) / found.requests));
  };
  const head = ['errors per 10 000', 'GET', 'POST', `GET, over ${linkMs} ms`, `POST, over ${linkMs} ms`];
  const cells = [0, linkMs].flatMap((link) => (['GET', 'POST'] as const).map((method) => ({ link, method })));
  return markdownTable(
    head,
    clients.map(({ name }) => [shown(name), ...cells.map(({ link, method }) => per10k(name, method, link))]),
  );
}

function farAwayTables(outcomes: readonly FarAwayOutcome[], linkMs: number): readonly string[] {
  const head = ['', 'first, cold', 'first, warm', 'slowest of a burst after idling', 'connects', 'the same, kept', 'errors'];
  return (['http', 'https'] as const).map((protocol) =>
    markdownTable(
      [`${protocol}, over ${linkMs} ms`, ...head.slice(1)],
      outcomes.filter((each) => each.protocol === protocol).map(farAwayRow),
    ),
  );
}

function farAwayRow(outcome: FarAwayOutcome): readonly string[] {
  const { contestant, coldMs, coldRoundTrips, warmMs, warmRoundTrips, slowestMs, burstConnects, keptSlowestMs, errors } = outcome;
  return [
    shown(contestant),
    `${ms(coldMs)}, ${trips(coldRoundTrips)}`,
    warmMs === undefined ? '' : `${ms(warmMs)}, ${trips(warmRoundTrips ?? 0)}`,
    ms(slowestMs),
    String(burstConnects),
    ms(keptSlowestMs),
    String(errors.length),
  ];
}

function restartTable(clients: readonly HttpContestant[], outcomes: readonly RestartOutcome[]): string {
  const head = ['server killed and back', 'GETs', 'failed', 'first answer after', 'last pause before it'];
  return markdownTable(
    head,
    clients.map(({ name }) => {
      const own = outcomes.filter(({ contestant }) => contestant === name);
      const sum = (count: (outcome: RestartOutcome) => number): string =>
        String(own.reduce((total, outcome) => total + count(outcome), 0));
      const worst = (values: readonly (number | undefined)[]): string => {
        const known = values.filter((value) => value !== undefined);
        return known.length === 0 ? '' : `${ms(median(known))}, at most ${ms(Math.max(...known))}`;
      };
      return [
        shown(name),
        sum(({ requests }) => requests),
        sum(({ errors }) => errors.length),
        worst(own.map(({ firstAnswerMs }) => firstAnswerMs)),
        worst(own.map(({ lastRetryMs }) => lastRetryMs)),
      ];
    }),
  );
}

function shown(name: string): string {
  return name.startsWith('@pool') ? `**${name}**` : name;
}

function trips(count: number): string {
  return count === 1 ? '1 round trip' : `${count} round trips`;
}

function ms(value: number | undefined): string {
  return value === undefined ? '' : `${value.toFixed(value < 10 ? 1 : 0)} ms`;
}
