import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { listen } from './address.ts';

/** Two ends of one connection. */
export interface SocketPair {
  readonly near: Socket;
  /** Stays half open when the near one ends; its errors do no harm. */
  readonly far: Socket;
  /** Destroy both. */
  close(): void;
}

/** A connected pair over loopback TCP, or over a Unix socket at `path`. */
export async function socketPair(path?: string): Promise<SocketPair> {
  const server = createServer({ allowHalfOpen: true, noDelay: true });
  const address = await listen(server, path);
  const accepted = new Promise<Socket>((resolve) => server.once('connection', resolve));
  const near = connect({ ...address, noDelay: true });
  await once(near, 'connect');
  const far = await accepted;
  server.close();
  far.on('error', () => {});
  return {
    near,
    far,
    close: () => {
      near.destroy();
      far.destroy();
    },
  };
}
