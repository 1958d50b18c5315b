/**
 * The answer to a request. Its connection is held until the body is read to the end, and then lent on; disposing the response before
 * that closes the connection. A small body has come with the headers, and holds nothing.
 */
export interface HttpResponse extends AsyncIterable<Uint8Array>, AsyncDisposable {
  readonly status: number;
  /** The reason phrase, as the server wrote it. */
  readonly statusText: string;
  readonly headers: Headers;
  /** Empty until the body has been read to its end. */
  readonly trailers: Headers;
  /** Some of the body was asked for: it can be read once. */
  readonly bodyUsed: boolean;
  /** The whole body as text, UTF-8. @throws ResponseUsedError, and what ended the body early */
  text(): Promise<string>;
  /** The whole body, parsed. @throws SyntaxError when it is no JSON; else as `text` */
  json<J = unknown>(): Promise<J>;
  /** @throws as `text` */
  bytes(): Promise<Uint8Array>;
}
