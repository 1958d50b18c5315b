import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';

/**
 * Ports below the range systems take for outgoing connections: while the server is down, one of them could get the port, or even, on
 * loopback, connect to itself.
 */
const lowest = 12_000;
const highest = 32_000;
const mostTries = 20;

/** Listens on loopback: on this port, or on any that is free. Resolves with the port. */
export async function listenOn(port: number | undefined, onConnection: (socket: Socket) => void): Promise<number> {
  const server = createServer({ noDelay: true }, onConnection);
  for (let attempt = 1; ; attempt += 1) {
    const candidate = port ?? lowest + Math.floor(Math.random() * (highest - lowest));
    server.listen(candidate, '127.0.0.1');
    try {
      await once(server, 'listening');
      return candidate;
    } catch (error) {
      if (port !== undefined || attempt === mostTries) throw error;
    }
  }
}
