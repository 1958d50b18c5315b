import type { ImapFlow } from 'imapflow';

/** What an idle connection is known by: its selected mailbox, and whether it may change it. */
export function mailboxTag(path: string, readOnly: boolean): string {
  return `${readOnly ? 'ro' : 'rw'} ${path}`;
}

/** Undefined when nothing is selected. */
export function tagOf({ mailbox }: ImapFlow): string | undefined {
  return mailbox === false ? undefined : mailboxTag(mailbox.path, mailbox.readOnly === true);
}
