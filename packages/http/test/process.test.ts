import { runTypeScript } from '@pool/testkit';
import { expect, it } from 'vitest';
import { ok, rawServer } from './raw-server.ts';

it('a process whose pool has idle connections, and nothing else to do, ends', async () => {
  const server = await rawServer(() => ok('ok'));
  const { exitCode, stdout, stderr, timedOut } = await runTypeScript(new URL('./fixtures/leaves-pool-open.ts', import.meta.url), {
    args: [server.url],
  });
  expect({ exitCode, stdout, stderr, timedOut }).toEqual({ exitCode: 0, stdout: 'ok ok ok', stderr: '', timedOut: false });
});
