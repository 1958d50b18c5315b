import type { Duplex } from 'node:stream';
import { connect, type TLSSocket } from 'node:tls';
import { askForLeaf, undoAskForLeaf } from './ask-for-leaf.ts';
import { explainFailure } from './explain-failure.ts';
import { forgetSession } from './forget-session.ts';
import type { Material } from './material.ts';
import { keepSession, secured } from './secured.ts';

/**
 * Puts TLS on top of a connection; resolves when the peer is verified, with a paused socket. Errors and ends of both sockets, and the signal, race
 * the handshake; whichever of them wins, both are destroyed and no listener is left but one that catches late errors.
 * @param name canonical name or address of the peer
 */
export function handshake(transport: Duplex, material: Material, name: string, signal: AbortSignal): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const offered = material.sessions.get(name);
    // A reset is told here as well as on top, and may come after everything else.
    transport.on('error', ignore);
    let socket: TLSSocket | undefined;
    const settle = (): void => {
      signal.removeEventListener('abort', onAbort);
      transport.off('error', fail);
      transport.off('close', onClose);
      socket?.off('secureConnect', onSecure);
      socket?.off('error', fail);
      socket?.off('close', onClose);
    };
    const end = (reason: unknown): void => {
      settle();
      socket?.on('error', ignore);
      // Whatever went wrong, a session must not make it go wrong the same way again.
      material.sessions.clear();
      socket?.destroy();
      transport.destroy();
      reject(reason);
    };
    const fail = (error: unknown): void => end(explainFailure(error, socket, material, name));
    const onAbort = (): void => end(signal.reason);
    const onClose = (): void => fail(socket?.errored ?? transport.errored ?? new Error('the connection was closed'));
    const onSecure = (): void => {
      if (socket === undefined) return;
      try {
        secured(socket, material, name, offered);
      } catch (error) {
        return fail(error);
      }
      undoAskForLeaf(socket);
      settle();
      resolve(socket);
    };
    if (signal.aborted) return onAbort();
    const unfit = whyUnfit(transport);
    if (unfit !== undefined) return fail(new Error(unfit));
    try {
      socket = connect({ ...material.connectOptions(name, offered?.session), socket: transport });
      if (offered !== undefined) forgetSession(socket);
      if (material.checksLeafAlone) askForLeaf(socket);
    } catch (error) {
      return fail(error);
    }
    // Before the handshake, or Node does not ask OpenSSL for sessions. It is called after it.
    socket.on('session', keepSession);
    socket.on('error', fail);
    socket.on('close', onClose);
    socket.on('secureConnect', onSecure);
    transport.on('error', fail);
    transport.on('close', onClose);
    signal.addEventListener('abort', onAbort);
  });
}

function whyUnfit(transport: Duplex): string | undefined {
  if (transport.destroyed || transport.readableEnded || !transport.writable) return 'the connection was closed before';
  // A server speaks second. These were not sent by TLS, and must not be taken for it.
  if (transport.readableLength > 0) return `${transport.readableLength} bytes were unread before it began`;
  return undefined;
}

function ignore(): void {}
