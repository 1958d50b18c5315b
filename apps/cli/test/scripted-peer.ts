import { once } from 'node:events';
import { Wire } from '@pool/net';
import { socketPair } from '@pool/testkit';
import { onTestFinished } from 'vitest';

/** A wire to a peer that answers each message with the next one of its script, whatever it was asked; and what it was asked. */
export async function scriptedPeer(...script: readonly Uint8Array[]): Promise<{ readonly wire: Wire; readonly heard: Buffer[] }> {
  const { near, far, close } = await socketPair();
  onTestFinished(close);
  const heard: Buffer[] = [];
  const converse = async (): Promise<void> => {
    for (const answer of script) {
      const [question] = await once(far, 'data');
      heard.push(question);
      far.write(answer);
    }
  };
  converse().catch(() => far.destroy());
  return { wire: new Wire(near), heard };
}
