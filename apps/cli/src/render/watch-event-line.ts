import type { CloseReason } from '@pool/core';
import { explainFailure } from '../targets/explain-failure.ts';
import type { WatchEvent, WatchFact } from '../watch/watch-event.ts';
import { flow } from './flow.ts';
import { forTerminal } from './for-terminal.ts';
import { duration, plural, span } from './numbers.ts';
import type { Palette } from './palette.ts';

/** One event, without its time. What servers say may be in it, so it is made fit for terminals. */
export function watchEventText(fact: WatchFact): string {
  return forTerminal(told(fact));
}

/** With its time, in as many lines as it takes. */
export function watchEventLines(event: WatchEvent, width: number, colors: Palette): readonly string[] {
  const time = event.at.toTimeString().slice(0, 8);
  const margin = time.length + 2;
  const color = colorOf(event, colors);
  return flow(watchEventText(event).split(' '), width - margin, ' ').map((line, index) =>
    index === 0 ? `${colors.dim(time)}  ${color(line)}` : ' '.repeat(margin) + color(line),
  );
}

function told(fact: WatchFact): string {
  switch (fact.kind) {
    case 'open':
      return `#${fact.id} opened in ${duration(fact.durationMs)}${fact.attempt > 1 ? `, at try ${fact.attempt}` : ''}`;
    case 'openError': {
      const { error, attempt, retryInMs } = fact;
      const where = error.hook === undefined ? '' : ` in ${error.hook}`;
      return `try ${attempt} failed${where}: ${explainFailure(error)}; ${nextTry(retryInMs)}`;
    }
    case 'discard': {
      const why = fact.error === undefined ? '' : `, ${explainFailure(fact.error)}`;
      if (fact.reason === 'init-failed') return `#${fact.id} closed before it was ready${why}`;
      return `#${fact.id} closed after ${span(fact.ageMs)}, ${plural(fact.uses, 'lease')}: ${fact.reason}${why}`;
    }
    case 'notice':
      return `notice: ${fact.code}${detailOf(fact.detail)}`;
    case 'fault':
      return `fault in ${fact.where}: ${explainFailure(fact.error)}`;
    case 'leak':
      return `#${fact.id} has been lent for ${span(fact.heldMs)}`;
    case 'leakReturned':
      return `#${fact.id} came back after ${span(fact.heldMs)}`;
    case 'full': {
      const ready = `${plural(fact.ready, 'connection')} ready`;
      return fact.again
        ? `full again: ${ready}, after ${duration(fact.afterMs)}`
        : `full: ${ready} after ${duration(fact.afterMs)}`;
    }
    case 'requestsFail':
      return `requests fail: ${explainFailure(fact.error)}`;
    case 'requestsWork':
      return `requests are answered again, after ${fact.failed} that failed`;
    case 'server':
      return serverChange(fact.change);
    case 'closing':
      if (fact.leased === 0) return 'closing';
      return fact.hurried
        ? `closing at once, with ${plural(fact.leased, 'request')} under way`
        : `closing; ${plural(fact.leased, 'request')} under way may come to an end, Ctrl-C again waits for none`;
  }
}

function nextTry(retryInMs: number | undefined): string {
  if (retryInMs === undefined) return 'nothing opens any more';
  return retryInMs === 0 ? 'next at once' : `next in ${duration(retryInMs)}`;
}

function serverChange(change: Extract<WatchFact, { readonly kind: 'server' }>['change']): string {
  switch (change.kind) {
    case 'gone':
      return `the embedded server was killed, and comes back in ${duration(change.backInMs)}`;
    case 'back':
      return `the embedded server is back, as process ${change.pid}`;
    case 'stuck':
      return `${explainFailure(change.error)}; tried again in ${duration(change.againInMs)}`;
  }
}

/** The plain values in it: what else is there may be large, or nobody's business. */
function detailOf(detail: unknown): string {
  if (typeof detail !== 'object' || detail === null) return detail === undefined ? '' : `: ${String(detail)}`;
  if (detail instanceof Error) return `: ${explainFailure(detail)}`;
  const values = Object.entries(detail).flatMap(([name, value]) => {
    if (value instanceof Error) return [`${name} ${explainFailure(value)}`];
    return ['string', 'number', 'boolean'].includes(typeof value) ? [`${name} ${value}`] : [];
  });
  return values.length === 0 ? '' : `: ${values.join(', ')}`;
}

/** Reasons that are nobody's fault. */
const peaceful: readonly CloseReason[] = [
  'idle-timeout',
  'idle-limit',
  'max-lifetime',
  'max-uses',
  'recycled',
  'resized',
  'pool-closed',
];

function colorOf(event: WatchEvent, { green, red, yellow, dim, bold }: Palette): (text: string) => string {
  switch (event.kind) {
    case 'full':
      return (text) => bold(green(text));
    case 'open':
    case 'requestsWork':
    case 'leakReturned':
      return green;
    case 'discard':
      return peaceful.includes(event.reason) ? dim : red;
    case 'openError':
    case 'fault':
    case 'requestsFail':
      return red;
    case 'notice':
    case 'leak':
      return yellow;
    case 'server':
      return event.change.kind === 'back' ? green : red;
    case 'closing':
      return dim;
  }
}
