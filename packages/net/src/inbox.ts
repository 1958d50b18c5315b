import { ByteQueue } from './byte-queue.ts';
import { takeLine } from './take-line.ts';
import { Wait, type WaitOwner } from './wait.ts';
import type { LineOptions, WireOptions } from './wire-options.ts';

export interface InboxOwner extends WaitOwner {
  /** Why nothing more will come, while that is so. */
  refusal(doing: string): Error | undefined;
}

/** What the one pending read waits for. */
type Ask = BytesAsk | LineAsk;

interface BytesAsk {
  readonly wait: Wait<Buffer>;
  readonly byteLength: number;
}

interface LineAsk {
  readonly wait: Wait<string>;
  readonly byteLength: undefined;
  readonly maxBytes: number;
  readonly encoding: 'utf8' | 'latin1';
  /** Bytes known to hold no end of line. */
  searched: number;
}

/** What has come and was not asked for yet, and the one read that waits for more. Knows no socket. */
export class Inbox {
  readonly #queue = new ByteQueue();
  readonly #owner: InboxOwner;
  #ask: Ask | undefined;

  constructor(owner: InboxOwner) {
    this.#owner = owner;
  }

  get byteLength(): number {
    return this.#queue.length;
  }

  /** Does a read wait for more? */
  get asked(): boolean {
    return this.#ask !== undefined;
  }

  /** @throws ProtocolError when the pending read is for a line and this makes it too long */
  push(chunk: Buffer): void {
    this.#queue.push(chunk);
    const ask = this.#ask;
    if (ask === undefined) return;
    if (ask.byteLength === undefined) {
      const line = takeLine(this.#queue, ask.maxBytes, ask.encoding, ask.searched);
      if (line === undefined) {
        ask.searched = this.#queue.length;
        return;
      }
      this.#ask = undefined;
      ask.wait.succeed(line);
    } else if (ask.byteLength <= this.#queue.length) {
      this.#ask = undefined;
      ask.wait.succeed(this.#queue.take(ask.byteLength));
    }
  }

  /** At once when they are there, which is the way without a promise, timer or listener. */
  read(byteLength: number, options: WireOptions): Buffer | Promise<Buffer> {
    if (byteLength <= this.#queue.length) return this.#queue.take(byteLength);
    const refusal = this.#owner.refusal(`after ${this.#queue.length} of ${byteLength} bytes`);
    if (refusal !== undefined) throw refusal;
    const wait = new Wait<Buffer>('read', options, this.#owner);
    this.#ask = { wait, byteLength };
    return wait.promise;
  }

  /** @throws ProtocolError */
  readLine(options: LineOptions): string | Promise<string> {
    const { maxBytes = 65_536, encoding = 'utf8' } = options;
    const line = takeLine(this.#queue, maxBytes, encoding, 0);
    if (line !== undefined) return line;
    const refusal = this.#owner.refusal(this.#queue.length === 0 ? 'before a line' : 'in the middle of a line');
    if (refusal !== undefined) throw refusal;
    const wait = new Wait<string>('read', options, this.#owner);
    this.#ask = { wait, byteLength: undefined, maxBytes, encoding, searched: this.#queue.length };
    return wait.promise;
  }

  /** End the pending read; what has come stays. */
  fail(error: unknown): void {
    const ask = this.#ask;
    this.#ask = undefined;
    ask?.wait.fail(error);
  }

  clear(): void {
    this.#queue.clear();
  }
}
