import type { Socket } from 'node:net';
import type { OpenContext } from '@pool/core';
import { connectTcp, Wire } from '@pool/net';
import { imapStartTls } from '@pool/tls';
import type { Settings } from '../options/resolve-imap-options.ts';
import { takeSocket } from './take-socket.ts';

/** What a client that begins after STARTTLS is greeted with. The server's own greeting came in the clear, and is forgotten as RFC 9051 (6.2.1) wants it. */
const greeting = '* OK encrypted by STARTTLS\r\n';

/**
 * A connected socket, as secure as was asked for, whose next line is a greeting. Paused.
 * @throws Node's own error of connecting | CertificateError | TlsHandshakeError | StartTlsRefusedError | StartTlsInjectionError |
 * ProtocolError | `signal.reason`
 */
export async function openSocket(settings: Settings, context: OpenContext): Promise<Socket> {
  const { host, port, security, tls } = settings;
  const socket = await connectTcp({ ...settings.tcp, host, port }, context);
  if (tls === undefined) return socket;
  if (security === 'tls') return tls.secure(socket, context);
  const wire = new Wire(socket);
  await imapStartTls({ tls })(wire, context);
  const secured = await takeSocket(wire, context.signal);
  secured.unshift(Buffer.from(greeting));
  return secured;
}
