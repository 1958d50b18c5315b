/** Something the user can put right. It is told in one line, so its message is one. */
export class SearchError extends Error {
  /** 2: the command line is wrong. 1: it is right, and the work could not be done. */
  readonly exitCode: 1 | 2;

  constructor(message: string, exitCode: 1 | 2, options?: ErrorOptions) {
    super(message, options);
    this.exitCode = exitCode;
  }
}
