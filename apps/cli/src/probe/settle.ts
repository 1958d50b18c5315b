import { once } from 'node:events';
import type { Socket } from 'node:net';
import type { Wire } from '@pool/net';
import { tlsInfo } from '@pool/tls';

/** The server went away after a handshake that went well. */
class RefusedAfterHandshakeError extends Error {
  readonly code = 'REFUSED_AFTER_HANDSHAKE';

  constructor(cause: unknown) {
    const message =
      'the server ended the connection after the TLS handshake, as one does that wants (another) client certificate: --cert';
    super(message, { cause });
  }
}

/**
 * So long after a handshake of TLS 1.3 a server may take to say that it accepts the client, with a ticket for the next connection. Not all of them
 * give one.
 */
const settleMs = 300;

const ticketed = new WeakSet<Socket>();

/** To be called as soon as the handshake is done. */
export function awaitTicket(socket: Socket): void {
  socket.once('session', () => ticketed.add(socket));
}

/**
 * Waits until a fresh TLS connection has what the next one may resume. With TLS 1.3 that comes after the handshake, and so does the refusal of
 * a client certificate.
 * @throws RefusedAfterHandshakeError when the connection broke meanwhile
 */
export async function settle(wire: Wire): Promise<void> {
  const { socket } = wire;
  if (ticketed.has(socket) || tlsInfo(socket)?.protocol !== 'TLSv1.3') return;
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), settleMs);
  const broken = new Promise<never>((_, reject) => {
    controller.signal.addEventListener('abort', wire.onBroken(reject));
  });
  try {
    await Promise.race([broken, once(socket, 'session', { signal: controller.signal })]);
  } catch (error) {
    // Nothing came, for better or worse.
    if (!controller.signal.aborted) throw new RefusedAfterHandshakeError(error);
  } finally {
    clearTimeout(timer);
    controller.abort();
  }
}
