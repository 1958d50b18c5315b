import { copyHeaders } from './copy-headers.ts';

/** What is asked for: undici's dispatch options, as far as HTTP/1.1 knows them. What is wrong with them the engine says. */
export interface RequestOptions {
  readonly path: string;
  readonly method: string;
  readonly headers?: unknown;
  readonly body?: unknown;
  readonly query?: Record<string, unknown> | undefined;
  readonly upgrade?: unknown;
  readonly idempotent?: boolean | undefined;
  readonly headersTimeout?: number | null | undefined;
  readonly bodyTimeout?: number | null | undefined;
  readonly reset?: boolean | null | undefined;
  readonly typeOfService?: number | null | undefined;
  readonly throwOnError?: unknown;
  readonly maxRedirections?: unknown;
}

/** A request as the engine reads it, whenever that is: nothing in it changes when its caller changes what it gave. */
export class EngineRequest implements RequestOptions {
  /** As the engine has it; else it would write it anew from its URL for each request. */
  readonly origin: string;
  readonly path: string;
  readonly method: string;
  readonly headers: unknown[] | undefined;
  readonly body: unknown;
  readonly query: Record<string, unknown> | undefined;
  readonly upgrade: unknown;
  readonly headersTimeout: number | null | undefined;
  readonly bodyTimeout: number | null | undefined;
  readonly reset: boolean | null | undefined;
  readonly servername: string | undefined;
  readonly typeOfService: number | null | undefined;
  readonly throwOnError: unknown;
  readonly maxRedirections: unknown;
  readonly idempotent: boolean | undefined;
  /** There is no pipelining, and so nothing to block. */
  readonly blocking = false;

  constructor(
    options: RequestOptions,
    origin: { readonly url: string; readonly secure: boolean; readonly host: string; readonly servername: string | undefined },
  ) {
    this.origin = origin.url;
    this.path = options.path;
    this.method = options.method;
    this.headers = copyHeaders(options.headers);
    this.body = options.body;
    this.query = options.query;
    this.upgrade = options.upgrade;
    this.headersTimeout = options.headersTimeout;
    this.bodyTimeout = options.bodyTimeout;
    // Without being told, the engine closes after every HEAD.
    this.reset = options.reset ?? (options.method === 'HEAD' && !options.upgrade ? false : undefined);
    // The name that was checked. The engine has one for each connection, and makes another connection for another.
    this.servername = origin.secure ? (origin.servername ?? origin.host) : undefined;
    this.typeOfService = options.typeOfService;
    this.throwOnError = options.throwOnError;
    this.maxRedirections = options.maxRedirections;
    this.idempotent = options.idempotent;
  }
}
