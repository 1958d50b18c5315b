import type { ComparedWay, ComparisonOptions } from '../load/compare-ways.ts';
import type { OutageReport } from '../outage/outage-report.ts';

/** What `--json` prints. */
export interface BenchReport {
  readonly target: string;
  /** Whether it is the server this command brings along. */
  readonly embedded: boolean;
  readonly node: string;
  readonly options: ComparisonOptions & { readonly latencyMs: number | null };
  readonly ways: readonly ComparedWay[];
  /** Null when there was none; `outageSkipped` says why. */
  readonly outage: OutageReport | null;
  readonly outageSkipped: string | null;
}
