import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { onTestFinished } from 'vitest';

/** What goes to and fro between a client and its server. */
export interface CountingRelay {
  readonly port: number;
  readonly connects: number;
  /** TCP's own, and each time a client speaks after it has heard something: what would be waited for on a long way. */
  readonly roundTrips: number;
  /** Connections whose client has said something since it last heard something. */
  readonly unanswered: number;
}

/** Passes everything on, and counts. Closed when the test is finished. */
export async function countingRelay(targetPort: number): Promise<CountingRelay> {
  let connects = 0;
  let roundTrips = 0;
  let unanswered = 0;
  const server = createServer({ noDelay: true }, (client) => {
    const target = connect({ port: targetPort, host: '127.0.0.1', noDelay: true });
    connects++;
    roundTrips++;
    let hasHeard = true;
    client.on('data', () => {
      if (!hasHeard) return;
      hasHeard = false;
      roundTrips++;
      unanswered++;
    });
    target.on('data', () => {
      if (hasHeard) return;
      hasHeard = true;
      unanswered--;
    });
    client.pipe(target).pipe(client);
    for (const socket of [client, target]) {
      socket.on('error', () => {});
      socket.on('close', () => {
        client.destroy();
        target.destroy();
      });
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
  });
  return {
    port: (server.address() as AddressInfo).port,
    get connects() {
      return connects;
    },
    get roundTrips() {
      return roundTrips;
    },
    get unanswered() {
      return unanswered;
    },
  };
}
