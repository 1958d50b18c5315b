import { type AcquireOptions, OptionsError, type UseOptions } from '@pool/core';

export interface MailboxChoice {
  /** Select it with EXAMINE: nothing in it can be changed, not even what counts as recent. @default false */
  readonly readOnly?: boolean | undefined;
  /**
   * How old the view of the mailbox may be when the work begins, in milliseconds >= 0. On a connection that has it selected already, a server tells what
   * arrived meanwhile only when it is asked: a search right away may miss mail that other connections have stored. So it is asked by NOOP, which
   * costs a round trip, unless its view is younger than this. `Infinity`: never ask. @default 0
   */
  readonly viewMaxAgeMs?: number | undefined;
}

export interface MailboxOptions extends UseOptions, MailboxChoice {}
export interface MailboxStreamOptions extends AcquireOptions, MailboxChoice {}

/** @throws OptionsError */
export function checkChoice(path: unknown, { readOnly, viewMaxAgeMs }: MailboxChoice): void {
  if (typeof path !== 'string' || path === '') {
    throw new OptionsError(
      'path',
      `path must be the name of a mailbox, such as 'INBOX', got ${path === '' ? "''" : typeof path}`,
    );
  }
  if (readOnly !== undefined && typeof readOnly !== 'boolean') {
    throw new OptionsError('readOnly', `readOnly must be true or false, got ${String(readOnly)}`);
  }
  if (viewMaxAgeMs !== undefined && !(typeof viewMaxAgeMs === 'number' && viewMaxAgeMs >= 0)) {
    throw new OptionsError(
      'viewMaxAgeMs',
      `viewMaxAgeMs must be a number of milliseconds >= 0 (Infinity: never ask), got ${String(viewMaxAgeMs)}`,
    );
  }
}
