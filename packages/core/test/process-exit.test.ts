import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const workspace = fileURLToPath(new URL('../../..', import.meta.url));
const script = fileURLToPath(new URL('exits.ts', import.meta.url));

/** Runs one scenario in a process of its own until that ends; killed when it does not end by itself. */
function run(scenario: string): Promise<{ code: number | null; stdout: string; stderr: string }> {
  return new Promise((resolve, reject) => {
    // In the root folder, where tsx is found.
    const child = spawn(process.execPath, ['--conditions=@pool/source', '--import', 'tsx', script, scenario], {
      cwd: workspace,
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: 15_000,
      killSignal: 'SIGKILL',
    });
    let [stdout, stderr] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text) => {
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text) => {
      stderr += text;
    });
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stdout, stderr }));
  });
}

describe('a process', () => {
  it.each([
    ['idle connections', 'idle', '2 idle'],
    ['a lease', 'leased', 'c1 leased'],
    ['a backoff that nobody waits for', 'failing', 'failed'],
    ['an open that nobody waits for', 'opening', 'opening'],
    ['a pool that was closed', 'closed', 'closed'],
  ])('ends by itself although it has %s', async (_, scenario, printed) => {
    expect(await run(scenario)).toEqual({ code: 0, stdout: `${printed}\n`, stderr: '' });
  });

  it.each([
    ['a caller waits', 'waiting', 'POOL_ACQUIRE_TIMEOUT'],
    ['somebody waits for the pool to be ready', 'ready', 'POOL_ACQUIRE_TIMEOUT'],
    ['a caller waits for the end of a backoff', 'backingOff', 'c'],
    ['the pool waits for leases to come back', 'draining', '1 leaked, ended'],
    ['the pool waits for a connection to close', 'hungClose', 'closed'],
    ['a retry waits', 'retrying', 'done'],
  ])('does not end while %s', async (_, scenario, printed) => {
    expect(await run(scenario)).toEqual({ code: 0, stdout: `${printed}\n`, stderr: '' });
  });
});
