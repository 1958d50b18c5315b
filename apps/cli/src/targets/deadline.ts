/** One limit for several steps: each gets what the earlier ones left of it. */
export class Deadline {
  readonly timeoutMs: number;
  readonly #endsAt: number;

  constructor(timeoutMs: number) {
    this.timeoutMs = timeoutMs;
    this.#endsAt = performance.now() + timeoutMs;
  }

  get leftMs(): number {
    return Math.max(0, this.#endsAt - performance.now());
  }
}
