import type { ImapFlow } from 'imapflow';
import type { ListenerBaseline } from './listener-baseline.ts';

/** What the pool knows about one of its clients besides what the client knows. */
export interface ClientNotes {
  /** Who listened when it was opened. */
  readonly baseline: ListenerBaseline;
  /** When its access token expires, in milliseconds since 1970; undefined for never. */
  readonly tokenExpiresAt: number | undefined;
  /** When the certificate it was opened with expires, in milliseconds since 1970. */
  readonly certificateExpiresAt: number | undefined;
  /** Tells its pool. */
  readonly notice: (code: string, detail: unknown) => void;
  /** When its mailbox was last seen as it is on the server, by the pool's clock. */
  seenAt: number;
}

const notes = new WeakMap<ImapFlow, ClientNotes>();

export function keepNotes(client: ImapFlow, kept: ClientNotes): void {
  notes.set(client, kept);
}

/** Undefined for a client that no `imap()` connector has opened. */
export function notesOf(client: ImapFlow): ClientNotes | undefined {
  return notes.get(client);
}
