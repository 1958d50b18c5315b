import { describe, expect, it } from 'vitest';
import { runExample } from './run-example.ts';

/** Name → connections. Times are for whoever runs it, not for a test. */
function connections(stdout: string): Record<string, number> {
  const lines = [...stdout.matchAll(/^(.+?) +\d+ (?:answers|pages) in +\d+ ms, connections: (\d+)$/gm)];
  return Object.fromEntries(lines.map(([, name, count]) => [name, Number(count)]));
}

describe('HTTP', () => {
  it('http-drop-in', async () => {
    const { exitCode, stdout, stderr } = await runExample('http-drop-in');
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    const counted = connections(stdout);
    expect(counted).toEqual({
      'axios, a new connection each': 300,
      'axios as it comes': expect.any(Number),
      'axios with the pool': expect.any(Number),
      'fetch as it comes': expect.any(Number),
      'fetch with the pool': expect.any(Number),
    });
    for (const client of ['axios', 'fetch']) {
      expect(counted[`${client} as it comes`]).toBeGreaterThan(6);
      expect(counted[`${client} with the pool`]).toBeLessThanOrEqual(6);
    }
  }, 60_000);

  it('http-workers', async () => {
    const { exitCode, stdout, stderr } = await runExample('http-workers');
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    const counted = connections(stdout);
    expect(counted).toMatchObject({ 'a new connection each, workers: 1': 200, 'the pool, workers: 1': 1 });
    expect(counted['the pool, workers: 32']).toBeLessThanOrEqual(8);
    expect(stdout.match(/ 200 pages in /g)).toHaveLength(3);
    expect(stdout).toContain('connections used by two at once: 0\n');
  }, 60_000);
});
