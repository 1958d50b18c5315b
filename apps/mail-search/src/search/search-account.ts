import type { ImapPool } from '@pool/imap';
import type { FetchMessageObject, ImapFlow, SearchObject } from 'imapflow';
import { sideBySide } from './side-by-side.ts';

export interface FoundMail {
  readonly mailbox: string;
  readonly uid: number;
  readonly date: Date | undefined;
  readonly from: string;
  readonly subject: string;
  readonly flags: readonly string[];
  readonly size: number | undefined;
}

export type SearchEvent =
  | { readonly kind: 'mailboxes'; readonly paths: readonly string[] }
  | { readonly kind: 'found'; readonly mail: FoundMail }
  /** All of one mailbox has been told. */
  | { readonly kind: 'searched'; readonly mailbox: string }
  /** The server refused this one; the others go on. */
  | { readonly kind: 'refused'; readonly mailbox: string; readonly error: unknown };

/**
 * Searches the mailboxes of an account side by side, over as many connections as the pool has.
 * @param only these; all, when there are none
 * @throws what the pool throws: a login that is refused, a server that is away
 */
export async function* searchAccount(
  mail: ImapPool,
  query: SearchObject,
  only: readonly string[],
  signal: AbortSignal,
): AsyncGenerator<SearchEvent, void, undefined> {
  const paths = only.length > 0 ? only : await mail.use(selectable, { signal });
  yield { kind: 'mailboxes', paths };
  yield* sideBySide(paths.map((path) => searchMailbox(mail, path, query, signal)));
}

/** Those that hold messages; a folder of folders may not. */
async function selectable(client: ImapFlow): Promise<readonly string[]> {
  const boxes = await client.list();
  return boxes.filter(({ flags }) => !flags.has('\\Noselect') && !flags.has('\\NonExistent')).map(({ path }) => path);
}

async function* searchMailbox(
  mail: ImapPool,
  mailbox: string,
  query: SearchObject,
  signal: AbortSignal,
): AsyncGenerator<SearchEvent, void, undefined> {
  try {
    // Mailboxes wait for each other, for as long as the search takes.
    const found = mail.streamMailbox(mailbox, { readOnly: true, signal, timeoutMs: Infinity, label: mailbox }, (client) =>
      matches(client, query),
    );
    for await (const message of found) yield { kind: 'found', mail: describe(mailbox, message) };
  } catch (error) {
    if (!isRefusal(error)) throw error;
    yield { kind: 'refused', mailbox, error };
    return;
  }
  yield { kind: 'searched', mailbox };
}

async function* matches(client: ImapFlow, query: SearchObject): AsyncGenerator<FetchMessageObject, void, undefined> {
  const uids = await client.search(query, { uid: true });
  if (!uids || uids.length === 0) return;
  yield* client.fetch(uids, { envelope: true, flags: true, size: true, uid: true }, { uid: true });
}

function describe(mailbox: string, { uid, envelope, flags, size }: FetchMessageObject): FoundMail {
  const [sender] = envelope?.from ?? [];
  return {
    mailbox,
    uid,
    // imapflow leaves it as it is when it is no date.
    date: envelope?.date instanceof Date ? envelope.date : undefined,
    from: sender?.address ?? '',
    subject: envelope?.subject ?? '',
    flags: [...(flags ?? [])],
    size,
  };
}

/** NO or BAD: about this mailbox, and not about the account. */
function isRefusal(error: unknown): boolean {
  return error instanceof Error && 'responseStatus' in error && (error.responseStatus === 'NO' || error.responseStatus === 'BAD');
}
