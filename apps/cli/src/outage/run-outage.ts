import { setTimeout as delay } from 'node:timers/promises';
import { exponential } from '@pool/core';
import type { EmbeddedServer } from '../embedded/embedded-server.ts';
import { EachNew } from '../ways/each-new.ts';
import { Pooled } from '../ways/pooled.ts';
import { Retried } from '../ways/retried.ts';
import { arrivals } from './arrivals.ts';
import { Followed } from './followed.ts';
import type { OutageReport } from './outage-report.ts';

export interface OutageOptions {
  readonly max: number;
  readonly timeoutMs: number;
  /** How long the server stays away. */
  readonly downMs: number;
}

/** Long enough that some requests are under way whenever the server is killed. */
const workMs = 20;
/** A quarter of what the connections could carry, so that those who waited can be served beside those who come; and no more than this. */
const highestRate = 100;
const beforeMs = 700;
const afterMs = 800;
/** The first delay after a failed open, and the longest. */
const backoff = { initialMs: 50, maxMs: 200 };
/** About so many slices, which is what fits in a line. */
const slices = 45;

/** About as long as the story takes. */
export function outageDurationMs(downMs: number): number {
  return beforeMs + downMs + afterMs;
}

/** Requests come at a constant rate in three ways at once; the server is killed in the middle of it, and comes back. */
export async function runOutage(server: EmbeddedServer, options: OutageOptions): Promise<OutageReport> {
  const { max, timeoutMs, downMs } = options;
  const target = server.target(workMs);
  const pooled = { max, min: max, timeoutMs, openBackoff: exponential(backoff) };
  await using each = new EachNew(target, timeoutMs);
  await using plain = new Pooled(target, pooled);
  await using behindRetry = new Pooled(target, pooled);
  await server.prepareReturn();
  await Promise.all([plain.pool.ready(), behindRetry.pool.ready()]);

  const sliceMs = Math.ceil(outageDurationMs(downMs) / slices / 10) * 10;
  const rate = Math.min(highestRate, (max * 1000) / workMs / 4);
  const startedAt = performance.now();
  const ways = [
    new Followed('new-connection-each', each, undefined, sliceMs),
    new Followed('pool', plain, plain.pool, sliceMs),
    new Followed('pool-and-retry', new Retried(behindRetry), behindRetry.pool, sliceMs),
  ];
  const stop = arrivals(1000 / rate, () => {
    for (const way of ways) way.ask();
  });
  try {
    await delay(beforeMs);
    await server.kill();
    const killedAt = performance.now();
    for (const way of ways) way.serverGone();
    await delay(downMs);
    // Noted before it listens, or the first successes would be lost, or be counted as tries in vain.
    for (const way of ways) way.serverReturns();
    await server.comeBack();
    const backAt = performance.now();
    await delay(afterMs);
    stop();
    await Promise.all(ways.map((way) => way.settled()));
    return {
      killedAfterMs: killedAt - startedAt,
      downMs: backAt - killedAt,
      rate,
      workMs,
      min: max,
      sliceMs,
      ways: ways.map((way) => way.report(backAt)),
    };
  } finally {
    stop();
  }
}
