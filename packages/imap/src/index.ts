export { ImapAccounts, type ImapAccountsOptions } from './accounts/imap-accounts.ts';
export type { ImapErrorClass, ImapErrorClassName } from './errors/error-classes.ts';
export { ImapClosedError } from './errors/imap-closed-error.ts';
export { imapErrorClass, imapErrors } from './errors/imap-error-class.ts';
export { WorkNotBegunError } from './errors/work-not-begun-error.ts';
export { imap } from './imap.ts';
export { ImapPool } from './imap-pool.ts';
export type { MailboxChoice, MailboxOptions, MailboxStreamOptions } from './mailbox/mailbox-options.ts';
export type { MailboxStream, MailboxWork } from './mailbox/mailboxes.ts';
export type {
  ImapCredentials,
  ImapCredentialsSource,
  ImapPasswordCredentials,
  ImapTokenCredentials,
} from './options/imap-credentials.ts';
export type { ImapFlowClass, ImapFlowSettings, ImapOptions, ImapTlsOptions } from './options/imap-options.ts';
export type { ImapTcpOptions } from './options/imap-tcp-options.ts';
export type { MailboxChange, MailboxState, MissedChanges } from './watch/mailbox-change.ts';
export type { MailboxWatch } from './watch/mailbox-watch.ts';
export type { WatchOptions } from './watch/watch-options.ts';
