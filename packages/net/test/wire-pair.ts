import type { Socket } from 'node:net';
import { Wire } from '@pool/net';
import { socketPair } from '@pool/testkit';
import { onTestFinished } from 'vitest';

/** A wire and the other end of it, both gone when the test is over. */
export async function wirePair(path?: string): Promise<{ readonly wire: Wire; readonly far: Socket }> {
  const pair = await socketPair(path);
  onTestFinished(pair.close);
  return { wire: new Wire(pair.near), far: pair.far };
}
