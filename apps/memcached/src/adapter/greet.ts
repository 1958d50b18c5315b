import type { OpenContext } from '@pool/core';
import type { Wire } from '@pool/net';
import { version } from '../commands/version.ts';

/** An init hook for servers that want no login: one that has too many connections says so now, and not to the first caller. */
export async function greet(wire: Wire, { signal }: OpenContext): Promise<void> {
  await version(wire, { signal });
}
