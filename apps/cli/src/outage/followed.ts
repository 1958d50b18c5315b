import type { Pool } from '@pool/core';
import { errorCode } from '../error-code.ts';
import type { Way } from '../ways/way.ts';
import type { OutageWay, Slice } from './outage-report.ts';

/** One way through the outage: asks, and writes down what its callers and its pool notice. */
export class Followed<T> {
  readonly #name: OutageWay['way'];
  readonly #way: Way;
  readonly #pool: Pool<T> | undefined;
  readonly #sliceMs: number;
  readonly #startedAt = performance.now();
  readonly #pending = new Set<Promise<void>>();
  readonly #errorCodes: Record<string, number> = {};
  readonly #timeline: Slice[] = [];
  #answered = 0;
  #failed = 0;
  #longestWaitMs = 0;
  #triesBefore = 0;
  #triesWhileDown = 0;
  #returning = false;
  /** Since the server returned, as the next. */
  #firstAnswerAt: number | undefined;
  /** When the pool had as many connections ready as it keeps. */
  #fullAt: number | undefined;

  constructor(name: OutageWay['way'], way: Way, pool: Pool<T> | undefined, sliceMs: number) {
    this.#name = name;
    this.#way = way;
    this.#pool = pool;
    this.#sliceMs = sliceMs;
    pool?.on('open', () => this.#onOpen(pool));
  }

  ask(): void {
    const pending = this.#follow();
    this.#pending.add(pending);
    void pending.then(() => this.#pending.delete(pending));
  }

  serverGone(): void {
    this.#triesBefore = this.#way.tries;
  }

  serverReturns(): void {
    this.#triesWhileDown = this.#way.tries - this.#triesBefore;
    this.#returning = true;
  }

  /** Resolves when every request has its answer or its error, and the pool is full again or has given up. */
  async settled(): Promise<void> {
    while (this.#pending.size > 0) await Promise.all(this.#pending);
    await this.#pool?.ready().catch(() => {});
  }

  report(backAt: number): OutageWay {
    // The first success may be some microseconds older than the news that the server listens.
    const since = (moment: number | undefined): number | null => (moment === undefined ? null : Math.max(0, moment - backAt));
    return {
      way: this.#name,
      requests: this.#answered + this.#failed,
      answered: this.#answered,
      failed: this.#failed,
      errorCodes: this.#errorCodes,
      longestWaitMs: this.#longestWaitMs,
      triesWhileDown: this.#triesWhileDown,
      firstAnswerAfterMs: since(this.#firstAnswerAt),
      fullAfterMs: since(this.#fullAt),
      timeline: this.#timeline,
    };
  }

  async #follow(): Promise<void> {
    const askedAt = performance.now();
    try {
      await this.#way.ask();
      const now = performance.now();
      this.#answered += 1;
      this.#longestWaitMs = Math.max(this.#longestWaitMs, now - askedAt);
      if (this.#returning) this.#firstAnswerAt ??= now;
      this.#slice(now).answered += 1;
    } catch (error) {
      const code = errorCode(error);
      this.#failed += 1;
      this.#errorCodes[code] = (this.#errorCodes[code] ?? 0) + 1;
      this.#slice(performance.now()).failed += 1;
    }
  }

  #onOpen(pool: Pool<T>): void {
    const { idle, leased, min } = pool.stats;
    if (this.#returning && idle + leased >= min) this.#fullAt ??= performance.now();
  }

  #slice(now: number): Slice {
    const index = Math.floor((now - this.#startedAt) / this.#sliceMs);
    while (this.#timeline.length <= index) this.#timeline.push({ answered: 0, failed: 0 });
    return this.#timeline[index] as Slice;
  }
}
