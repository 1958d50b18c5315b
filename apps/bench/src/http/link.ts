import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/**
 * A long way to a server. The system opens a connection to this machine at once, so what a client says first is held back for one more
 * round trip: the one in which TCP would have connected.
 */
export class Link implements AsyncDisposable {
  readonly port: number;
  /** Of all connections since it was last set to 0: TCP's own, and each time the client speaks after it has heard something. */
  roundTrips = 0;
  /** Connections, since it was last set to 0. */
  connects = 0;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(server: Server, targetPort: number, roundTripMs: number) {
    this.#server = server;
    this.port = (server.address() as AddressInfo).port;
    server.on('connection', (client) => this.#join(client, targetPort, roundTripMs));
  }

  static async to(targetPort: number, roundTripMs: number): Promise<Link> {
    const server = createServer({ allowHalfOpen: true, noDelay: true }).listen(0, '127.0.0.1', 4096);
    await once(server, 'listening');
    return new Link(server, targetPort, roundTripMs);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  #join(client: Socket, targetPort: number, roundTripMs: number): void {
    const server = connect({ port: targetPort, host: '127.0.0.1', allowHalfOpen: true, noDelay: true });
    this.connects++;
    this.roundTrips++;
    let mayCount = true;
    const oneWayMs = roundTripMs / 2;
    const connectedAt = performance.now() + roundTripMs;
    this.#carry(
      server,
      client,
      () => oneWayMs,
      () => {
        mayCount = true;
      },
    );
    this.#carry(
      client,
      server,
      (now) => oneWayMs + Math.max(0, connectedAt - now),
      () => {},
    );
    client.on('data', () => {
      if (mayCount) this.roundTrips++;
      mayCount = false;
    });
  }

  /** @param onArrival of bytes, at the far end */
  #carry(from: Socket, to: Socket, delayMs: (now: number) => number, onArrival: () => void): void {
    this.#sockets.add(from);
    const line: { readonly at: number; readonly act: () => void }[] = [];
    // In order, whatever timers make of it.
    const run = (): void => {
      const now = performance.now();
      for (let head = line[0]; head !== undefined && head.at <= now; head = line[0]) {
        line.shift();
        head.act();
      }
      if (line[0] !== undefined) setTimeout(run, Math.ceil(line[0].at - now));
    };
    const later = (act: () => void): void => {
      const now = performance.now();
      line.push({ at: Math.max(line.at(-1)?.at ?? 0, now + delayMs(now)), act });
      if (line.length === 1) setTimeout(run, Math.ceil(delayMs(now)));
    };
    from.on('data', (bytes) =>
      later(() => {
        onArrival();
        if (to.writable) to.write(bytes);
      }),
    );
    from.on('end', () => later(() => to.end()));
    from.on('error', () => {});
    from.on('close', () => {
      this.#sockets.delete(from);
      later(() => to.destroySoon());
    });
  }
}
