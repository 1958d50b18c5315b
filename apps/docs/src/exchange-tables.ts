import { verdicts } from '../../../packages/http/src/exchange/verdicts.ts';
import { errorClasses } from '../../../packages/imap/src/errors/error-classes.ts';

/** The page of the docs with the tables that the packages for HTTP and IMAP go by. */
export function whenAConnectionIsDone(): string {
  return `# When a connection is done

<!-- Written by apps/docs/test/generated-pages.test.ts from the tables the packages go by: \`npm run docs\` -->

A pool is as good as its idea of which errors cost a connection its place: too few, and the next caller gets somebody else's answer; too many, and
every typo costs a login. In general it is [this table](../../packages/core/README.md#what-costs-a-connection-its-place). These two are what [@pool/http](../../packages/http) and
[@pool/imap](../../packages/imap) go by; an adapter of your own has one, too, [like the one for memcached](../memcached/README.md#the-adapter).

## HTTP

How an exchange ended, what becomes of its connection, and whether the request is sent again without asking: \`unwritten\`, any request, because none of it was
sent; \`idempotent\`, once, when its method (or an Idempotency-Key) allows and its body can be sent again; \`any method\`, the same whatever the method. The names are
also the reasons in \`discard\` events and in stats.

${table(
  ['outcome', 'when', 'connection', 'sent again', 'rule'],
  Object.entries(verdicts).map(([name, { when, connection, replay, source }]) => [
    `\`${name}\``,
    when,
    connection,
    replay,
    source,
  ]),
)}

## IMAP

What an error means, the first row that matches: to whoever opens a connection, and to the connection it was lent when it leaves the work.

${table(
  ['class', 'seen as', 'when opening', 'when lent'],
  errorClasses.map(({ name, seen, opening, lent }) => [name, seen, openings[opening], lendings[lent]]),
)}
`;
}

const openings = {
  retry: 'tried again, with backoff',
  fatal: 'nothing opens until `recycle()`, callers are told at once',
  limit: 'makes do with the connections it has, for a while',
  pause: 'nothing opens for the time the server named',
};

const lendings = { keep: 'kept', discard: 'replaced', park: 'kept, and not lent for the time the server named' };

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
