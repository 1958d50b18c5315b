/**
 * How many connections may be opening at once, and when the next may start. Unlimited while all is well. After a failed open, or
 * when connections break together, one at a time, spaced by the backoff; every success doubles the number until it limits no more.
 */
export class Probing {
  window: number = Infinity;
  /** The same for callers who wait: they are not kept from a peer that seems to close what idles too long. */
  #callersWindow: number = Infinity;
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
  /** How long the first of those that broke together had idled, when it may have been closed for it; else NaN, which is like no other. */
  #idledMs: number = NaN;
  /** Failures of earlier rounds tell nothing new: they began before the backoff that is in force. */
  #newsFrom = 0;

  /** Which attempt an opening begun now would be. */
  get attempt(): number {
    return this.failures + 1;
  }

  /** How many may be opening while so many callers wait. */
  windowFor(callers: number): number {
    return Math.max(this.window, Math.min(this.#callersWindow, callers));
  }

  succeeded(max: number): void {
    this.failures = 0;
    this.down = false;
    this.lastError = undefined;
    // A peer that takes connections and breaks them is not well because it took one more.
    if (this.stillborn > 1) return;
    this.nextOpenAt = -Infinity;
    this.#lastBreakAt = -Infinity;
    this.window = doubled(this.window, max);
    this.#callersWindow = doubled(this.#callersWindow, max);
  }

  failed(round: number, error: unknown, retryAt: number): void {
    this.#doubt();
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
    this.#doubt();
    this.nextOpenAt = retryAt;
  }

  /**
   * A connection that had worked broke; true when another had broken just before. Then the peer is tried with one opening. Only when all
   * had idled for as long, callers need not queue for that: a peer that closes what idles too long is well.
   * @param idledMs for how long it had idled, when it may have been closed for that; else NaN
   */
  broke(now: number, idledMs: number): boolean {
    const together = now - this.#lastBreakAt <= togetherMs;
    this.#lastBreakAt = now;
    if (!together) {
      this.#idledMs = idledMs;
    } else if (areAlike(idledMs, this.#idledMs)) {
      this.window = 1;
    } else {
      this.#idledMs = NaN;
      this.#doubt();
    }
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

  #doubt(): void {
    this.window = 1;
    this.#callersWindow = 1;
  }
}

/** Two connections that break within this time broke for one reason. A restarting server closes its own within a fraction of it. */
export const togetherMs = 1000;

function doubled(window: number, max: number): number {
  return 2 * window >= max ? Infinity : 2 * window;
}

function areAlike(one: number, other: number): boolean {
  return Math.abs(one - other) <= 0.1 * Math.max(one, other);
}
