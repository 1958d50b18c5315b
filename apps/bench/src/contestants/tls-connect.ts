import { once } from 'node:events';
import { connect, createSecureContext, type SecureContext, type TLSSocket } from 'node:tls';
import type { Contestant, Subject } from './contestant.ts';
import { TlsConnection } from './tls-connection.ts';
import { type TlsTarget, tlsTarget } from './tls-target.ts';

/** Node's own, as a careful program uses it: one SecureContext for all. */
export const tlsConnect: Contestant = contestant('tls.connect', false);

/** The same, with the session of an earlier connection, as few programs do. */
export const tlsConnectResumed: Contestant = contestant('tls.connect, resumed', true);

interface Client {
  readonly target: TlsTarget;
  readonly secureContext: SecureContext;
  session: Buffer | undefined;
}

function contestant(name: string, resumes: boolean): Contestant {
  let client: Client | undefined;
  return {
    name,
    role: 'floor',
    abilities: [],
    async make({ warm }) {
      const target = await tlsTarget();
      client ??= { target, secureContext: createSecureContext({ ca: target.ca }), session: undefined };
      const made = client;
      if (resumes && made.session === undefined) await keepSession(made);
      const sockets = new Set<TLSSocket>();
      const open = async (): Promise<TLSSocket> => {
        const socket = await openSocket(made);
        sockets.add(socket);
        return socket;
      };
      await Promise.all(Array.from({ length: warm }, open));
      return subject(open, sockets);
    },
  };
}

/** Each use opens a connection and closes it. */
function subject(open: () => Promise<TLSSocket>, sockets: Set<TLSSocket>): Subject {
  return {
    acquire: open,
    connection: (held) => new TlsConnection(() => exchange(held as TLSSocket)),
    release: (held) => {
      const socket = held as TLSSocket;
      sockets.delete(socket);
      socket.destroy();
    },
    close: async () => {
      await Promise.all(
        [...sockets].map((socket) => {
          socket.destroy();
          return once(socket, 'close');
        }),
      );
    },
  };
}

function openSocket({ target, secureContext, session }: Client): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const { host, port } = target;
    const socket = connect({ host, port, servername: host, secureContext, ...(session && { session }) });
    socket.on('error', reject);
    socket.once('secureConnect', () => {
      socket.setNoDelay(true);
      // What is said unasked would else be missed.
      socket.resume();
      resolve(socket);
    });
  });
}

async function keepSession(client: Client): Promise<void> {
  const socket = await openSocket(client);
  socket.once('session', (session: Buffer) => {
    client.session = session;
  });
  await exchange(socket);
  socket.destroy();
}

async function exchange(socket: TLSSocket): Promise<void> {
  socket.write('hello\r\n');
  await once(socket, 'data');
}
