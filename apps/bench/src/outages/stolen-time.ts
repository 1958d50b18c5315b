const beatMs = 5;
/** What a timer may be late by without anybody having stolen anything. */
const usualMs = 10;

/**
 * Notes when this process did not get the processor although it wanted it: on a busy machine that is nobody's fault here. Time that
 * the process itself has burnt is not stolen.
 */
export class StolenTime implements Disposable {
  readonly #gaps: { readonly from: number; readonly to: number }[] = [];
  #last = performance.now();
  #cpu = process.cpuUsage();
  readonly #beats = setInterval(() => this.#beat(), beatMs).unref();

  /** Milliseconds of it at one go, at worst, since then. */
  longestSince(time: number): number {
    return Math.max(0, ...this.#gaps.filter(({ to }) => to > time).map(({ from, to }) => to - from));
  }

  /** Milliseconds of it between two times. */
  between(from: number, to: number): number {
    return this.#gaps.reduce((sum, gap) => sum + Math.max(0, Math.min(to, gap.to) - Math.max(from, gap.from)), 0);
  }

  [Symbol.dispose](): void {
    clearInterval(this.#beats);
  }

  #beat(): void {
    const now = performance.now();
    const cpu = process.cpuUsage(this.#cpu);
    const burntMs = (cpu.user + cpu.system) / 1000;
    const stolenMs = now - this.#last - beatMs - burntMs;
    if (stolenMs > usualMs) this.#gaps.push({ from: now - stolenMs, to: now });
    this.#last = now;
    this.#cpu = process.cpuUsage();
  }
}
