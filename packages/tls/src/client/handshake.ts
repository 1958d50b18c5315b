import type { Duplex } from 'node:stream';
import { connect, type TLSSocket } from 'node:tls';
import { connectTcp, type TcpOptions } from '@pool/net';
import { askForLeaf, undoAskForLeaf } from './ask-for-leaf.ts';
import { explainFailure } from './explain-failure.ts';
import { forgetSession } from './forget-session.ts';
import type { Material } from './material.ts';
import { canOfferLater, offerSession } from './offer-session.ts';
import { keepSession, secured } from './secured.ts';
import type { KeptSession } from './session-cache.ts';

/**
 * Connects, with one socket for TCP and TLS: two would cost more memory. Resolves when the peer is verified, with a paused socket.
 */
export async function connectSecurely(material: Material, signal: AbortSignal): Promise<TLSSocket> {
  const { name } = material;
  const offered = material.sessions.get(name);
  const make = (tcpOptions: TcpOptions): TLSSocket => {
    const among = canOfferLater ? undefined : offered?.session;
    const socket = connect({ ...tcpOptions, ...material.connectOptions(name, among) });
    if (offered !== undefined) offerSession(socket, offered.session);
    return socket;
  };
  const socket = await connectTcp(material.tcpOptions(), { signal, connect: make });
  return handshake({ socket, transport: undefined, material, name, offered }, signal);
}

/** Puts TLS on top of a connection; resolves when the peer is verified, with a paused socket. Whatever goes wrong, both are destroyed. */
export async function secureTransport(
  transport: Duplex,
  material: Material,
  name: string,
  signal: AbortSignal,
): Promise<TLSSocket> {
  const offered = material.sessions.get(name);
  // A reset is told here as well as on top, and may come after everything else.
  transport.on('error', ignore);
  try {
    signal.throwIfAborted();
    const unfit = whyUnfit(transport);
    if (unfit !== undefined) throw explainFailure(new Error(unfit), undefined, material, name);
    const socket = connect({ ...material.connectOptions(name, offered?.session), host: name, socket: transport });
    if (offered !== undefined) forgetSession(socket);
    return await handshake({ socket, transport, material, name, offered }, signal);
  } catch (error) {
    transport.destroy();
    throw error;
  }
}

interface Handshake {
  readonly socket: TLSSocket;
  /** What it stands on, if that is another socket. */
  readonly transport: Duplex | undefined;
  readonly material: Material;
  readonly name: string;
  readonly offered: KeptSession | undefined;
}

/**
 * Errors and ends of both sockets, and the signal, race the handshake. Whichever wins, no listener is left but those that catch late errors
 * and keep sessions.
 */
function handshake({ socket, transport, material, name, offered }: Handshake, signal: AbortSignal): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const settle = (): void => {
      signal.removeEventListener('abort', onAbort);
      for (const each of transport === undefined ? [socket] : [socket, transport]) each.off('error', fail).off('close', onClose);
      socket.off('secureConnect', onSecure);
    };
    const end = (reason: unknown): void => {
      settle();
      socket.on('error', ignore);
      // Whatever went wrong, a session must not make it go wrong the same way again.
      material.sessions.clear();
      socket.destroy();
      reject(reason);
    };
    const fail = (error: unknown): void => end(explainFailure(error, socket, material, name));
    const onAbort = (): void => end(signal.reason);
    const onClose = (): void => fail(socket.errored ?? transport?.errored ?? new Error('the connection was closed'));
    const onSecure = (): void => {
      try {
        secured(socket, material, name, offered);
      } catch (error) {
        return fail(error);
      }
      undoAskForLeaf(socket);
      settle();
      resolve(socket);
    };
    if (material.checksLeafAlone) askForLeaf(socket);
    // Before the handshake, or Node does not ask OpenSSL for sessions. It is called after it.
    if (material.sessions.size > 0) socket.on('session', keepSession);
    socket.on('secureConnect', onSecure);
    for (const each of transport === undefined ? [socket] : [socket, transport]) each.on('error', fail).on('close', onClose);
    signal.addEventListener('abort', onAbort);
    if (signal.aborted) onAbort();
  });
}

function whyUnfit(transport: Duplex): string | undefined {
  if (transport.destroyed || transport.readableEnded || !transport.writable) return 'the connection was closed before';
  // A server speaks second. These were not sent by TLS, and must not be taken for it.
  if (transport.readableLength > 0) return `${transport.readableLength} bytes were unread before it began`;
  return undefined;
}

function ignore(): void {}
