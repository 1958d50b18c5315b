import { expect } from 'vitest';
import type { ScriptedServer } from '../starttls/scripted-peer.ts';
import { secrets } from './protocols.ts';

/** Whatever happened: not in the clear. */
export function expectNothingInTheClear(server: ScriptedServer): void {
  for (const secret of secrets) expect(server.cleartext).not.toContain(secret);
}

/** Neither in the clear nor to a server that is not the right one. */
export function expectNothingSent(server: ScriptedServer): void {
  expectNothingInTheClear(server);
  expect(server.encrypted).toBe('');
}
