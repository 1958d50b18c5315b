import type { Contestant } from './contestants/contestant.ts';
import type { Sample } from './scenarios/scenario.ts';

/** One contestant at one size, and what its rounds measured. */
export interface Cell {
  readonly contestant: string;
  readonly size: string;
  readonly samples: readonly Sample[];
}

/** What a scenario measured. Round n of one cell ran right beside round n of every other. */
export class Results {
  readonly cells: readonly Cell[];

  constructor(cells: readonly Cell[]) {
    this.cells = cells;
  }

  /** Those of these contestants that took part, by name. */
  of(contestants: readonly Contestant[], size = this.#firstSize): readonly string[] {
    const taken = new Set(this.cells.filter((cell) => cell.size === size).map(({ contestant }) => contestant));
    return contestants.map(({ name }) => name).filter((name) => taken.has(name));
  }

  median(metric: string, contestant: string, size = this.#firstSize): number {
    return median(this.values(metric, contestant, size));
  }

  most(metric: string, contestant: string, size = this.#firstSize): number {
    return Math.max(...this.values(metric, contestant, size));
  }

  /** The median of the ratios round by round: what else the machine did meanwhile cancels out. */
  ratio(metric: string, a: string, b: string, sizeOfA = this.#firstSize, sizeOfB = sizeOfA): number {
    const divisors = this.values(metric, b, sizeOfB);
    return median(this.values(metric, a, sizeOfA).map((value, round) => value / (divisors[round] as number)));
  }

  /** NaN where a cell does not measure it, or did not take part. */
  values(metric: string, contestant: string, size = this.#firstSize): readonly number[] {
    const cell = this.cells.find((each) => each.contestant === contestant && each.size === size);
    return cell?.samples.map((sample) => sample[metric] ?? Number.NaN) ?? [];
  }

  get #firstSize(): string {
    return this.cells[0]?.size ?? '';
  }
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}
