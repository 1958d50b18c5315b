import { beside } from './beside.ts';
import type { Holder } from './describe.ts';
import type { Runner } from './runner.ts';

/** What a close found. */
export interface CloseReport {
  /** Leases that did not come back in time; their connections were destroyed. */
  readonly leaked: readonly Holder[];
}

/** Resolves when the last connection is gone. */
export function closePool<T>(runner: Runner<T>, last: () => void): Promise<CloseReport> {
  return new Promise((resolve) => {
    runner.onClosed = () => {
      const leaked = runner.machine.forced.map(({ slot, heldMs }) => ({
        connectionId: slot.id,
        heldMs,
        label: beside(slot).label,
        stack: beside(slot).site?.stack,
      }));
      last();
      resolve({ leaked });
    };
  });
}
