import { expect } from 'vitest';
import type { ComparedWay } from '../src/load/compare-ways.ts';

/** The numbers of one way fit together, and all of its requests were answered. */
export function expectSound(way: ComparedWay | undefined, requests: number): asserts way is ComparedWay {
  expect(way).toMatchObject({ requests, errors: 0, errorCodes: {} });
  const { durationMs, requestsPerSecond, p50Ms, p99Ms } = way as ComparedWay;
  expect(p50Ms).toBeGreaterThan(0);
  expect(p99Ms).toBeGreaterThanOrEqual(p50Ms as number);
  // A histogram of three figures may round up.
  expect(durationMs * 1.001).toBeGreaterThanOrEqual(p99Ms as number);
  // Both are rounded.
  expect((requestsPerSecond * durationMs) / (requests * 1000)).toBeCloseTo(1, 3);
}
