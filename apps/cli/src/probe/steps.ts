import type { FailedAt, ProbeStep } from './probe-report.ts';

/** Measures step after step, and tells each when it is done. */
export class Steps {
  readonly done: ProbeStep[] = [];
  /** The one under way: the one to blame. */
  current: FailedAt = 'connect';
  readonly #tell: (step: ProbeStep) => void;
  #startedAt = performance.now();

  constructor(tell: (step: ProbeStep) => void) {
    this.#tell = tell;
  }

  get totalMs(): number {
    return this.done.reduce((sum, { ms }) => sum + ms, 0);
  }

  begin(step: FailedAt): void {
    this.current = step;
    this.#startedAt = performance.now();
  }

  end(found: (ms: number) => ProbeStep): void {
    const step = found(performance.now() - this.#startedAt);
    this.done.push(step);
    this.#tell(step);
  }
}
