import { Socket } from 'node:net';
import type { Wire } from '@pool/net';

/**
 * The wire's socket, for somebody else to read from now on. To the wire it looks as if something were put on top of it, so what came unasked is
 * refused. It is paused.
 * @throws ProtocolError (unread bytes) | WireClosedError | `signal.reason`
 */
export async function takeSocket(wire: Wire, signal: AbortSignal): Promise<Socket> {
  const { socket } = wire;
  // One that leads nowhere, for the wire to end with.
  await wire.upgrade(async () => new Socket(), { signal });
  wire.destroy();
  return socket;
}
