/** The server understood, and said no. The connection is as good as before. */
export class HttpStatusError extends Error {
  readonly code: string;

  constructor(status: number) {
    super(`the server answers with status ${status}`);
    this.code = `HTTP_${status}`;
  }
}
