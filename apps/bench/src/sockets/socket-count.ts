import { channel } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';

/** Counts every socket that this process connects, whoever does it: Node itself announces them. */
export class SocketCount {
  /** Connected or tried to, since it was made. */
  tried = 0;
  /** Of these, not closed yet. */
  open = 0;

  constructor() {
    channel('net.client.socket').subscribe((message) => {
      const { socket } = message as { readonly socket: Socket };
      this.tried++;
      this.open++;
      socket.once('close', () => {
        this.open--;
      });
    });
  }
}
