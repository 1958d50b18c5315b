import { ConnectionError, isConnectionError, systemClock } from '@pool/core';
import type { ImapFlow, MailboxLockObject } from 'imapflow';
import { notesOf } from '../connection/client-notes.ts';
import { isUsable } from '../connection/is-usable.ts';
import { imapErrorClass } from '../errors/imap-error-class.ts';
import { WorkNotBegunError } from '../errors/work-not-begun-error.ts';
import type { MailboxChoice } from './mailbox-options.ts';

/**
 * Selects a mailbox, unless it is selected, and locks it.
 * @throws WorkNotBegunError when the connection was lost; imapflow's error when the server refuses (`mailboxMissing` where there is none)
 */
export async function selectMailbox(
  client: ImapFlow,
  path: string,
  { readOnly = false, viewMaxAgeMs = 0 }: MailboxChoice,
): Promise<MailboxLockObject> {
  try {
    const before = client.mailbox;
    const lock = await client.getMailboxLock(path, { readOnly });
    // Each SELECT makes a new one.
    if (client.mailbox === before) await refresh(client, viewMaxAgeMs);
    else see(client);
    return lock;
  } catch (error) {
    if (isConnectionError(error) || imapErrorClass(error).lent === 'discard') throw new WorkNotBegunError(path, { cause: error });
    throw error;
  }
}

/** NOOP: what has happened to the mailbox comes before its answer. */
async function refresh(client: ImapFlow, viewMaxAgeMs: number): Promise<void> {
  const notes = notesOf(client);
  if (notes !== undefined && systemClock.now() - notes.seenAt < viewMaxAgeMs) return;
  await client.noop();
  // It resolves whatever happened.
  if (!isUsable(client)) throw new ConnectionError('the IMAP connection was lost before NOOP was answered');
  see(client);
}

function see(client: ImapFlow): void {
  const notes = notesOf(client);
  if (notes !== undefined) notes.seenAt = systemClock.now();
}
