import type { ComparedWay } from '../load/compare-ways.ts';
import type { OutageWay } from '../outage/outage-report.ts';

export function comparedTitle({ way, concurrency }: ComparedWay): string {
  switch (way) {
    case 'new-connection-each':
      return 'a new connection each';
    case 'pool':
      return 'a pool, one at a time';
    case 'pool-concurrent':
      return `a pool, ${concurrency} at once`;
  }
}

export const outageTitles: Readonly<Record<OutageWay['way'], string>> = {
  'new-connection-each': 'a new connection each',
  pool: 'a pool',
  'pool-and-retry': 'a pool, and retry',
};
