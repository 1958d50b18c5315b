/**
 * How many connections may be opening at once, and when the next may start. Unlimited while all is well. After a failed open, or
 * when connections break together, one at a time, spaced by the backoff; every success doubles the number until it limits no more.
 */
export class Probing {
  window: number = Infinity;
  /** Failed opens in a row, counting those that began together as one. */
  failures = 0;
  nextOpenAt: number = -Infinity;
  pausedUntil: number = -Infinity;
  /** Raised when openings fail or what they opened breaks unused: those that carry the same number began together. */
  round = 0;
  /** What began in an earlier round began before somebody said that the cause is gone. */
  forgivenRound = 0;
  /** The endpoint refuses or does not answer (it is not merely full). */
  down = false;
  /** Connections in a row that broke before anybody had used them, counting those that were opened together as one. */
  stillborn = 0;
  /** What the last failed open said; undefined after a success. */
  lastError: unknown = undefined;
  /** Waiting cannot cure it: nothing opens. */
  fatal = false;
  #lastBreakAt = -Infinity;
  /** How long that one had idled, when it may have been closed for it; else NaN, which is like no other. */
  #lastIdledMs: number = NaN;
  /** Failures of earlier rounds tell nothing new: they began before the backoff that is in force. */
  #newsFrom = 0;

  /** Which attempt an opening begun now would be. */
  get attempt(): number {
    return this.failures + 1;
  }

  succeeded(max: number): void {
    this.failures = 0;
    this.down = false;
    this.lastError = undefined;
    // A peer that takes connections and breaks them is not well because it took one more.
    if (this.stillborn > 1) return;
    this.nextOpenAt = -Infinity;
    this.#lastBreakAt = -Infinity;
    this.window *= 2;
    if (this.window >= max) this.window = Infinity;
  }

  failed(round: number, error: unknown, retryAt: number): void {
    this.window = 1;
    this.lastError = error;
    if (round < this.#newsFrom) return;
    this.#newsFrom = ++this.round;
    this.failures++;
    this.nextOpenAt = retryAt;
  }

  /** It opened, and broke before anybody had used it. Once that is bad luck, then no better than a failed open. */
  brokeUnused(round: number, retryAt: number): void {
    if (round !== this.round) return;
    this.round++;
    if (this.stillborn++ === 0) return;
    this.#newsFrom = this.round;
    this.window = 1;
    this.nextOpenAt = retryAt;
  }

  /**
   * A connection that had worked broke; true when another had broken just before. Then the peer is tried with one opening, unless both
   * had idled for as long: a peer that closes what idles too long is well, and callers who come in a crowd should not queue for a try.
   * @param idledMs for how long it had idled, when it may have been closed for that; else NaN
   */
  broke(now: number, idledMs: number): boolean {
    const together = now - this.#lastBreakAt <= togetherMs;
    const closedForIdling = areAlike(idledMs, this.#lastIdledMs);
    this.#lastBreakAt = now;
    this.#lastIdledMs = idledMs;
    if (together && !closedForIdling) this.window = 1;
    return together;
  }

  /** Somebody says that the cause is gone. */
  forgive(): void {
    this.failures = 0;
    this.stillborn = 0;
    this.nextOpenAt = -Infinity;
    this.pausedUntil = -Infinity;
    this.forgivenRound = ++this.round;
    this.#newsFrom = this.round;
    this.down = false;
    this.fatal = false;
    this.lastError = undefined;
  }

  opensAt(): number {
    return this.fatal ? Infinity : Math.max(this.nextOpenAt, this.pausedUntil);
  }
}

/** Two connections that break within this time broke for one reason. A restarting server closes its own within a fraction of it. */
export const togetherMs = 1000;

function areAlike(one: number, other: number): boolean {
  return Math.abs(one - other) <= 0.1 * Math.max(one, other);
}
