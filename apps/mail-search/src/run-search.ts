import { ImapPool } from '@pool/imap';
import { accountOf } from './account/account-of.ts';
import type { Flags } from './account/flags.ts';
import { embeddedAccount } from './embedded/embedded-account.ts';
import { forTerminal, foundLine } from './output/found-line.ts';
import { jsonExport } from './output/json-export.ts';
import type { Output } from './output/output.ts';
import { queryOf } from './search/query.ts';
import { type FoundMail, searchAccount } from './search/search-account.ts';

/** @throws SearchError | what the pool throws */
export async function runSearch(
  words: readonly string[],
  flags: Flags,
  { output, env, signal }: { readonly output: Output; readonly env: NodeJS.ProcessEnv; readonly signal: AbortSignal },
): Promise<void> {
  const { host, connections, mailboxes, messages } = flags;
  if (host !== undefined) {
    // Whoever sits before a screen wants to know at once that the server is away.
    const pool = new ImapPool(accountOf(host, flags, env), { max: connections, whenDown: 'refuse' });
    await search(words, flags, pool, output, signal);
    return;
  }
  output.progress(`storing ${messages} made-up messages in ${mailboxes} mailboxes of a Dovecot`);
  await using embedded = await embeddedAccount(mailboxes, messages);
  await search(words, flags, new ImapPool(embedded.account, { max: connections }), output, signal);
}

async function search(
  words: readonly string[],
  flags: Flags,
  pool: ImapPool,
  output: Output,
  signal: AbortSignal,
): Promise<void> {
  await using mail = pool;
  const start = performance.now();
  const found: FoundMail[] = [];
  let [total, searched, refused, width] = [0, 0, 0, 0];
  for await (const event of searchAccount(mail, queryOf(words, flags), flags.mailbox ?? [], signal)) {
    if (event.kind === 'mailboxes') {
      total = event.paths.length;
      width = Math.min(40, Math.max(...event.paths.map(({ length }) => length)));
    } else if (event.kind === 'found') {
      found.push(event.mail);
      if (flags.json !== '-') output.print(foundLine(event.mail, output.colors, width));
    } else {
      searched += 1;
      if (event.kind === 'refused') {
        refused += 1;
        output.complain(`mail-search: the server refuses mailbox ${forTerminal(event.mailbox)}\n`);
      }
    }
    output.progress(`${searched} of ${total} mailboxes, ${found.length} found`);
  }
  output.progress('');
  const seconds = ((performance.now() - start) / 1_000).toFixed(1);
  const { opened } = mail.stats.totals;
  const summary = `${found.length} found in ${total - refused} mailboxes, in ${seconds} s, over ${opened} connections\n`;
  const exported = flags.json === undefined ? '' : jsonExport(flags.json, found);
  output.print(flags.json === '-' ? exported : output.colors.bold(summary));
}
