import { ConnectionError } from '@pool/core';

/** Longest part of the server's words an error keeps. */
const longestReason = 200;

/** The server closed the connection, or something in between did. */
export class ImapClosedError extends ConnectionError {
  override readonly code = 'IMAP_CLOSED';
  /** What the server said with `BYE`, cut to 200 characters; undefined when it said nothing. */
  readonly bye: string | undefined;

  constructor(bye: string | undefined, options?: ErrorOptions) {
    super(
      bye === undefined ? 'the IMAP connection was closed without a word' : 'the IMAP server closed the connection with BYE',
      options,
    );
    this.bye = bye?.slice(0, longestReason);
  }
}
