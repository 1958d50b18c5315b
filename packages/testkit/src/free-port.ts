import { once } from 'node:events';
import { createServer, type Server } from 'node:net';

/**
 * Below the range systems take for outgoing connections: a port that is refused for a while must not be taken by one meanwhile, nor
 * answer itself (on loopback, a connection whose own port happens to be the one it asks for succeeds).
 */
const lowest = 12_000;
const highest = 32_000;

/** Listens on a free port of 127.0.0.1. */
export async function listenOnFreePort(server: Server): Promise<number> {
  for (let attempt = 1; ; attempt += 1) {
    const port = lowest + Math.floor(Math.random() * (highest - lowest));
    server.listen(port, '127.0.0.1');
    try {
      await once(server, 'listening');
      return port;
    } catch (error) {
      if (attempt === 20) throw error;
    }
  }
}

/** A TCP port of 127.0.0.1 that nobody listens on. It is not reserved: take it soon. */
export async function freePort(): Promise<number> {
  const server = createServer();
  const port = await listenOnFreePort(server);
  server.close();
  await once(server, 'close');
  return port;
}
