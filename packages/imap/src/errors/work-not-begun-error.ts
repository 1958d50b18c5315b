import { ConnectionError } from '@pool/core';

/** The connection was lost before the mailbox was selected, more than once: the work was not begun, so it may be tried again. `cause` is the last loss. */
export class WorkNotBegunError extends ConnectionError {
  override readonly code = 'IMAP_WORK_NOT_BEGUN';
  readonly path: string;

  constructor(path: string, options?: ErrorOptions) {
    super(`the connection was lost before mailbox '${path}' was selected; the work was not begun`, options);
    this.path = path;
  }
}
