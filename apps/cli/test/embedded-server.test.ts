import { describe, expect, it } from 'vitest';
import type { BenchReport } from '../src/commands/bench-report.ts';
import { expectSound } from './numbers-of-a-way.ts';
import { benchReport, pool } from './pool-command.ts';

describe('pool bench without a target', { timeout: 90_000 }, () => {
  it('opens a connection for each request, or one, or as many as the pool may have', async () => {
    const { embedded, target, ways, outage, outageSkipped } = await benchReport(
      ...['--requests', '60', '--concurrency', '12', '--max', '3', '--no-outage'],
    );
    expect(embedded).toBe(true);
    expect(target).toMatch(/^tcp:\/\/127\.0\.0\.1:\d+$/);
    const [each, one, many] = ways;
    expectSound(each, 60);
    expectSound(one, 60);
    expectSound(many, 60);
    expect([each.way, one.way, many.way]).toEqual(['new-connection-each', 'pool', 'pool-concurrent']);
    expect([each.connectionsOpened, one.connectionsOpened]).toEqual([60, 1]);
    expect(many.connectionsOpened).toBeGreaterThan(1);
    expect(many.connectionsOpened).toBeLessThanOrEqual(3);
    expect(each.ratio).toBe(1);
    for (const way of [one, many]) expect(way.ratio).toBeCloseTo(way.requestsPerSecond / each.requestsPerSecond, 1);
    expect(outage).toBeNull();
    expect(outageSkipped).toBe('not wanted');
  });

  it('shows what callers notice when the server is killed and comes back', async () => {
    const { outage, outageSkipped } = await benchReport('--requests', '10', '--max', '4', '--down', '400');
    expect(outageSkipped).toBeNull();
    const { ways, rate, min } = outage as NonNullable<BenchReport['outage']>;
    const [each, plain, retried] = ways;
    expect(ways.map(({ way }) => way)).toEqual(['new-connection-each', 'pool', 'pool-and-retry']);
    // A quarter of what 4 connections carry, 20 ms each.
    expect(rate).toBe(50);
    expect(min).toBe(4);
    for (const way of ways) {
      expect(way.answered + way.failed).toBe(way.requests);
      expect(way.requests).toBe(each?.requests);
      const inSlices = way.timeline.reduce((sum, { answered, failed }) => sum + answered + failed, 0);
      expect(inSlices).toBe(way.requests);
      const byCode = Object.values(way.errorCodes).reduce((sum, count) => sum + count, 0);
      expect(byCode).toBe(way.failed);
      expect(way.firstAnswerAfterMs).not.toBeNull();
    }
    // Without a pool, whoever came was refused.
    expect(each?.errorCodes.ECONNREFUSED).toBeGreaterThan(0);
    expect(each?.fullAfterMs).toBeNull();
    // With one, only those can fail whose connection was lent when it broke, and there were 4.
    expect(plain?.failed).toBeLessThanOrEqual(4);
    expect(plain?.errorCodes.ECONNREFUSED).toBeUndefined();
    expect(retried).toMatchObject({ failed: 0, errorCodes: {} });
    for (const way of [plain, retried]) {
      expect(way?.fullAfterMs).not.toBeNull();
      expect(way?.triesWhileDown).toBeGreaterThan(0);
      expect(way?.triesWhileDown).toBeLessThan(each?.triesWhileDown as number);
    }
  });

  it('tells it as a table and a story, without colours where no terminal is', async () => {
    const env = { CI: 'true', FORCE_COLOR: '1', TERM: 'xterm-256color' };
    const { exitCode, stdout, stderr } = await pool(['bench', '-n', '20', '--down', '100'], env);
    expect(exitCode).toBe(0);
    expect(stderr).toBe('');
    expect(stdout).not.toContain('\u001b');
    expect(stdout).toMatch(/^Embedded server at tcp:\/\/127\.0\.0\.1:\d+\n/);
    expect(stdout).toMatch(/^20 requests, with +requests\/s +p50 +p99 +connections +errors$/m);
    expect(stdout).toMatch(/^a new connection each +[\d,]+ +×1 +[\d.]+ m?s +[\d.]+ m?s +20 +0$/m);
    expect(stdout).toMatch(/^a pool, one at a time +[\d,]+ +×[\d.]+ +[\d.]+ m?s +[\d.]+ m?s +1 +0$/m);
    expect(stdout).toMatch(/^a pool, 16 at once +[\d,]+ +×[\d.]+ +[\d.]+ m?s +[\d.]+ m?s +[2-8] +0$/m);
    expect(stdout).toMatch(/^ +killed ↓ +↓ back$/m);
    expect(stdout).toMatch(/^a new connection each {2}[▪x·]+$/m);
    expect(stdout).toMatch(/^a pool, and retry +[▪·]+$/m);
    expect(stdout).toMatch(/^a pool, and retry +[\d,]+ +0 +[\d.]+ m?s +\d+$/m);
    expect(stdout).not.toMatch(/ $/m);
  });
});
