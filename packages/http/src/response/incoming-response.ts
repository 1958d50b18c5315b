import { ResponseUsedError } from '../errors.ts';
import type { Receiver } from '../exchange/receiver.ts';
import type { Outcome } from '../exchange/verdicts.ts';
import { type RequestContext, requestError } from '../request/request-error.ts';
import { headersOf } from './headers-of.ts';
import type { HttpResponse } from './http-response.ts';

/** Bytes of a body that are kept before anybody asks for them; more waits at the server. */
const keptBytes = 65_536;

/** A response as it comes in: fed by the exchange, read by the caller. */
export class IncomingResponse implements HttpResponse, Receiver {
  status = 0;
  statusText = '';
  bodyUsed = false;
  private readonly context: RequestContext;
  private readonly resolve: (response: HttpResponse) => void;
  private readonly reject: (error: unknown) => void;
  /** Called once, when it is over. */
  private onOver: (() => void) | undefined = undefined;
  private rawHeaders: Buffer[] = [];
  private rawTrailers: Buffer[] = [];
  private headersMade: Headers | undefined = undefined;
  private chunks: Buffer[] = [];
  private size = 0;
  private isComplete = false;
  private error: unknown = undefined;
  private outcome: Outcome | undefined = undefined;
  private resume: (() => void) | undefined = undefined;
  private isHeld = false;
  private wantsAll = false;
  private abort: ((reason?: Error) => void) | undefined = undefined;
  /** Wants to know of the next chunk, the end or the error. */
  private wake: (() => void) | undefined = undefined;

  constructor(context: RequestContext, resolve: (response: HttpResponse) => void, reject: (error: unknown) => void) {
    this.context = context;
    this.resolve = resolve;
    this.reject = reject;
  }

  /** For whoever holds something as long as this lasts. */
  whenOver(callback: () => void): void {
    const { onOver } = this;
    this.onOver =
      onOver === undefined
        ? callback
        : () => {
            onOver();
            callback();
          };
  }

  /** Gives up; the reason is what the caller gets. */
  cancel(reason: unknown): void {
    if (this.isComplete || this.error !== undefined) return;
    const { abort } = this;
    this.fail(reason);
    abort?.(reason instanceof Error ? reason : undefined);
  }

  // ── Read by the caller ───────────────────────────────────────────────────

  get headers(): Headers {
    this.headersMade ??= headersOf(this.rawHeaders);
    return this.headersMade;
  }

  get trailers(): Headers {
    return headersOf(this.rawTrailers);
  }

  text(): Promise<string> {
    // The usual case: all of it is here.
    if (this.isComplete && !this.bodyUsed) {
      this.bodyUsed = true;
      return Promise.resolve(decode(this.collected()));
    }
    return this.all().then(decode);
  }

  json<J = unknown>(): Promise<J> {
    return this.text().then((text) => JSON.parse(text) as J);
  }

  async bytes(): Promise<Uint8Array> {
    const all = await this.all();
    // Small ones share their memory with bytes of others, which whoever posts this to another thread would give away.
    return all.length === all.buffer.byteLength ? new Uint8Array(all.buffer) : new Uint8Array(all);
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void, undefined> {
    this.use();
    try {
      for (;;) {
        const chunk = this.chunks.shift();
        if (chunk !== undefined) {
          this.size -= chunk.length;
          yield chunk;
        } else if (this.error !== undefined) {
          throw this.error;
        } else if (this.isComplete) {
          return;
        } else {
          await this.next();
        }
      }
    } finally {
      this.drop();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.drop();
  }

  private use(): void {
    if (this.bodyUsed) throw new ResponseUsedError();
    this.bodyUsed = true;
  }

  private async all(): Promise<Buffer> {
    this.use();
    this.wantsAll = true;
    while (!this.isComplete && this.error === undefined) await this.next();
    if (this.error !== undefined) throw this.error;
    return this.collected();
  }

  private collected(): Buffer {
    const { chunks } = this;
    this.chunks = [];
    this.size = 0;
    return chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks);
  }

  /** What is left of the body is of no use to anybody. */
  private drop(): void {
    this.bodyUsed = true;
    this.chunks = [];
    if (!this.isComplete && this.error === undefined) this.cancel(new ResponseUsedError());
  }

  private next(): Promise<void> {
    return new Promise((resolve) => {
      this.wake = resolve;
      if (!this.isHeld) return;
      this.isHeld = false;
      this.resume?.();
    });
  }

  // ── Fed by the exchange ──────────────────────────────────────────────────

  onConnect(abort: (reason?: Error) => void): void {
    this.abort = abort;
  }

  onHeaders(status: number, rawHeaders: Buffer[], resume: () => void, statusText: string): void {
    if (status < 200) return;
    this.status = status;
    this.statusText = statusText;
    this.rawHeaders = rawHeaders;
    this.resume = resume;
    this.resolve(this);
  }

  onData(chunk: Buffer): boolean {
    this.chunks.push(chunk);
    this.size += chunk.length;
    this.awaken();
    this.isHeld = !this.wantsAll && this.size >= keptBytes;
    return !this.isHeld;
  }

  onComplete(rawTrailers: Buffer[]): void {
    this.isComplete = true;
    this.rawTrailers = rawTrailers;
    this.abort = undefined;
    this.resume = undefined;
    this.over();
  }

  onOutcome(outcome: Outcome): void {
    this.outcome = outcome;
  }

  onError(error: Error): void {
    if (this.error === undefined) this.fail(requestError(error, this.outcome, this.context));
  }

  private fail(error: unknown): void {
    this.error = error ?? new DOMException('This operation was aborted', 'AbortError');
    this.abort = undefined;
    this.resume = undefined;
    // Does nothing when the headers were here already.
    this.reject(this.error);
    this.over();
  }

  private over(): void {
    const { onOver } = this;
    this.onOver = undefined;
    onOver?.();
    this.awaken();
  }

  private awaken(): void {
    const { wake } = this;
    this.wake = undefined;
    wake?.();
  }
}

/** As in the fetch standard: a byte order mark is no part of the text. */
function decode(bytes: Buffer): string {
  const marked = bytes.length > 2 && bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
  return marked ? bytes.toString('utf8', 3) : bytes.toString('utf8');
}
