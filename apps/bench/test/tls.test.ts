import { fileURLToPath } from 'node:url';
import { runTypeScript } from '@pool/testkit';
import { expect, test } from 'vitest';

interface Report {
  readonly scenarios: readonly {
    readonly name: string;
    readonly cells: readonly {
      readonly contestant: string;
      readonly metrics: Readonly<Record<string, { readonly median: number }>>;
    }[];
  }[];
}

test('a quick run opens connections over TLS, by hand and by a pool, resumed and not', async () => {
  const { exitCode, stdout, stderr } = await runTypeScript(fileURLToPath(new URL('../src/main.ts', import.meta.url)), {
    args: ['--quick', '--json', '--only', 'tls-handshake', 'tls-warm', 'tls-opens', 'tls-idle-memory'],
    timeoutMs: 140_000,
  });
  expect(stderr).not.toMatch(/error/i);
  expect(exitCode).toBe(0);
  const { scenarios } = JSON.parse(stdout) as Report;
  expect(scenarios.map(({ name }) => name)).toEqual(['tls-handshake', 'tls-warm', 'tls-opens', 'tls-idle-memory']);
  for (const { name, cells } of scenarios) {
    const contestants = cells.map(({ contestant }) => contestant);
    expect(contestants).toEqual(expect.arrayContaining(['tls.connect', 'tls.connect, resumed', '@pool/tls']));
    // What a process grows by may be nothing, when so little is opened.
    if (name === 'tls-idle-memory') continue;
    for (const { metrics } of cells) expect(metrics.ns?.median).toBeGreaterThan(0);
  }
}, 150_000);
