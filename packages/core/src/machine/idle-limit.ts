/**
 * Learns at what age the peer closes idle connections, when it does so without saying. A caller that gets a connection at just
 * that age meets the peer's FIN on the way; one that is pinged or replaced a little earlier does not.
 */
export class IdleLimit {
  /** The age at which connections were seen to be closed; Infinity while nothing is known. */
  estimateMs: number = Infinity;
  known = false;
  /** Idle connections are pinged or retired at this age. */
  safeMs: number = Infinity;
  /** Replacements for `min` that were opened since and will be closed unused; see `Machine.floor`. */
  replaced = 0;
  /** The next connection to reach the safe age is left alone, to see whether the peer has changed its mind. */
  testAt: number = Infinity;
  #ages: number[] = [];
  #seenAt = -Infinity;

  /** An idle connection was closed by the peer at this age. True when the estimate changed. */
  died(ageMs: number, now: number): boolean {
    // A restarting server closes all at once, whatever their age: that is one observation. And what is closed right after use
    // was not closed for idling.
    if (ageMs < leastAgeMs || now - this.#seenAt < apartMs) return false;
    this.#seenAt = now;
    this.#ages.push(ageMs);
    if (this.#ages.length > enough) this.#ages.shift();
    const [least, most] = [Math.min(...this.#ages), Math.max(...this.#ages)];
    if (this.#ages.length < enough || most > least * alike) return false;
    const changed = Math.abs(least - this.estimateMs) > least * 0.05;
    this.#set(least);
    this.testAt = now + Math.max(testEvery * least, 60_000);
    return changed;
  }

  /** One was left alone for longer, and lives. */
  forget(): void {
    this.#ages = [];
    this.#set(Infinity);
    this.testAt = Infinity;
  }

  /** At this age the peer has had every chance to close it. */
  get outlivedMs(): number {
    return this.estimateMs * 1.5;
  }

  #set(estimateMs: number): void {
    if (this.estimateMs === Infinity || estimateMs === Infinity) this.replaced = 0;
    this.estimateMs = estimateMs;
    this.known = estimateMs !== Infinity;
    this.safeMs = estimateMs * 0.8;
  }
}

/** Observations that have to agree. Connections also break for other reasons, at ages that do not. */
const enough = 3;
/** Ages agree when the largest is at most so many times the smallest. */
const alike = 1.15;
const leastAgeMs = 20;
const apartMs = 100;
/** How many limits to wait between two tests. */
const testEvery = 20;
