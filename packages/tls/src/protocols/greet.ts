import type { Wire } from '@pool/net';

const greeted = new WeakSet<Wire>();

/** Reads the greeting unless a hook did before. There is one per connection, and none after STARTTLS. */
export async function greet(wire: Wire, read: () => Promise<void>): Promise<void> {
  if (greeted.has(wire)) return;
  greeted.add(wire);
  await read();
}
