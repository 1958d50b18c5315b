import { channel } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';

/** Counts every socket that this process connects, whoever does it: Node itself announces them. */
export class SocketCount {
  /** Connected or tried to, since it was made. */
  tried = 0;
  /** At once. One that was destroyed and has yet to say so does not count. */
  mostOpen = 0;
  readonly #open = new Set<Socket>();

  constructor() {
    channel('net.client.socket').subscribe((message) => {
      const { socket } = message as { readonly socket: Socket };
      this.tried++;
      this.#open.add(socket);
      socket.once('close', () => this.#open.delete(socket));
      this.mostOpen = Math.max(this.mostOpen, [...this.#open].filter(({ destroyed }) => !destroyed).length);
    });
  }

  /** Of those tried, not closed yet. */
  get open(): number {
    return this.#open.size;
  }
}
