/** What is known of a mailbox. */
export interface MailboxState {
  /** Messages in it. */
  readonly exists: number;
  /** The next message gets this UID, or a greater one. */
  readonly uidNext: number;
  /** When it changes, no UID means what it meant (RFC 9051 section 2.3.1.1). */
  readonly uidValidity: bigint;
  /** Grows with every change (RFC 7162); undefined where the server does not count. */
  readonly highestModseq: bigint | undefined;
}

export type MailboxChange =
  /** First of all. What comes after it was not there then. */
  | { readonly kind: 'started'; readonly mailbox: MailboxState }
  | { readonly kind: 'arrived'; readonly uids: readonly number[]; readonly exists: number }
  /** Servers name the UID only with QRESYNC, otherwise the number that the message had. */
  | { readonly kind: 'expunged'; readonly uid: number | undefined; readonly sequence: number | undefined }
  | {
      readonly kind: 'flags';
      readonly uid: number | undefined;
      readonly sequence: number;
      readonly flags: ReadonlySet<string>;
    }
  | MissedChanges;

/** What happened while nobody could see it, or while the loop was slow. */
export interface MissedChanges {
  readonly kind: 'missed';
  readonly why: 'reconnected' | 'fell-behind';
  /** UIDs of messages that came and are still there. */
  readonly arrived: readonly number[];
  /** How many messages are gone. */
  readonly expunged: number;
  /** UIDVALIDITY has changed: the mailbox is another one, forget all UIDs. Nothing is counted then. */
  readonly renumbered: boolean;
  /** Flags that may have changed meanwhile are those of `fetch('1:*', { flags: true }, { changedSince })`; undefined where the server does not count. */
  readonly changedSince: bigint | undefined;
}
