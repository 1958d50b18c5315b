/** Counts since the pool was made; they only grow. */
export class Totals {
  acquired = 0;
  waited = 0;
  waitedMs = 0.5 - 0.5;
  leasedMs = 0.5 - 0.5;
  timedOut = 0;
  aborted = 0;
  refused = 0;
  requeued = 0;
  detached = 0;
  abandoned = 0;
  opened = 0;
  openFailed = 0;
  readonly closed = new Map<string, number>();

  closedFor(reason: string): void {
    this.closed.set(reason, (this.closed.get(reason) ?? 0) + 1);
  }
}
