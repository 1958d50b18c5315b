/** How long callers hold a connection and how long one takes to open, as running averages: the last eight or so count most. */
export class Averages {
  holdMs = -0.5;
  openMs = -0.5;

  held(ms: number): void {
    const { holdMs } = this;
    if (ms === holdMs) return;
    if (holdMs < 0) this.holdMs = ms;
    // Towards zero it would become smaller and smaller, and such numbers cost the processor a hundred times as much.
    else this.holdMs = holdMs < leastMs && ms < leastMs ? ms : holdMs + (ms - holdMs) / 8;
  }

  opened(ms: number): void {
    this.openMs = this.openMs < 0 ? ms : this.openMs + (ms - this.openMs) / 8;
  }

  /** Known, and returns come sooner than an opening would. */
  get returnsAreSooner(): boolean {
    return this.holdMs >= 0 && this.holdMs < this.openMs;
  }

  /** A lease older than this is not about to come back. At least a millisecond: the clock of a turn sees nothing shorter. */
  get soonMs(): number {
    return Math.max(1, 4 * this.holdMs);
  }

  /** How many callers one connection serves by coming back, while another would still be opening. */
  get servedByOne(): number {
    return Math.floor(this.openMs / Math.max(this.holdMs, 0.001));
  }
}

/** No clock can tell it from zero. */
const leastMs = 1e-6;
