import type { Contestant } from '../contestants/contestant.ts';
import type { Results } from '../results.ts';

/** What one round of one cell measured, by metric. */
export type Sample = Readonly<Record<string, number>>;

/** One contestant at one size, made ready in a process of its own. */
export interface Prepared {
  round(): Promise<Sample>;
  /** Heap taken by one use, counting what is garbage afterwards. */
  bytes?(): Promise<number>;
}

export interface Metric {
  readonly key: string;
  readonly title: string;
  readonly unit: 'ns' | 'ms' | 'bytes' | 'count';
}

/** What the pool is meant to reach. Missing it is a result like any other. */
export interface Mark {
  readonly text: string;
  readonly atMost?: number;
  readonly atLeast?: number;
  readonly measured: (results: Results) => number;
}

export interface Scenario {
  readonly name: string;
  readonly title: string;
  readonly contestants: readonly Contestant[];
  /** Variants, each measured for every contestant that `takes` them. */
  readonly sizes: readonly string[];
  readonly takes?: (contestant: Contestant, size: string) => boolean;
  /** Of contestants: ourselves. @default '@pool/core' */
  readonly subject?: string;
  /** Of contestants: what the others are divided by. */
  readonly baseline: string;
  /** The first is the one that is compared. */
  readonly metrics: readonly Metric[];
  /** How many of the rounds asked for; those that take long make do with fewer. @default 1 */
  readonly share?: number;
  /** Is the memory of the whole process counted? Then V8's young generation, which grows in leaps, is kept small. */
  readonly countsProcessMemory?: true;
  readonly marks: readonly Mark[];
  prepare(contestant: Contestant, size: string, quick: boolean): Promise<Prepared>;
}

export const subjectName = '@pool/core';
