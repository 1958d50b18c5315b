import type { Socket } from 'node:net';
import { type InitHook, type OpenContext, OptionsError } from '@pool/core';
import type { Wire } from '@pool/net';
import type { TlsClient } from '../client/tls-client.ts';
import { TlsHandshakeError } from '../errors.ts';
import { refuseUnknown } from '../refuse-unknown.ts';
import { StartTlsInjectionError, StartTlsRefusedError } from './errors.ts';
import { type ResolvedUpgrade, resolveUpgrade, type StartTlsOptions, upgradeOptions } from './start-tls-options.ts';

/**
 * An init hook that takes a connection from cleartext to TLS, in whatever protocol. The limit is that of the open (`openTimeoutMs`).
 * When it fails, the wire is destroyed, and nothing was sent but what `negotiate` sent.
 *
 * The hook throws StartTlsRefusedError (the server said no) | StartTlsInjectionError (it said more than that) | TlsHandshakeError |
 * CertificateError | AlpnError | what `negotiate` throws | `signal.reason`.
 * @throws OptionsError
 */
export function startTls(options: StartTlsOptions): InitHook<Wire> {
  refuseUnknown('startTls', options, [...upgradeOptions, 'negotiate']);
  const { negotiate } = options;
  if (typeof negotiate !== 'function') {
    throw new OptionsError('negotiate', `negotiate must be a function, got ${typeof negotiate}`);
  }
  const upgrade = resolveUpgrade(options);
  async function startTls(wire: Wire, context: OpenContext): Promise<void> {
    try {
      await secure(wire, context, negotiate, upgrade);
    } catch (error) {
      // Nobody knows who is at the other end, or where in the protocol: not even a goodbye.
      wire.destroy(error instanceof Error ? error : undefined);
      throw error;
    }
  }
  return startTls;
}

async function secure(
  wire: Wire,
  context: OpenContext,
  negotiate: StartTlsOptions['negotiate'],
  { client, allowCleartextWhenRefused }: ResolvedUpgrade,
): Promise<void> {
  if (wire.secure) {
    throw new OptionsError(
      'startTls',
      'startTls was given a connection that is encrypted already: leave out either tls() or startTls()',
    );
  }
  const refusal = await ask(wire, context, negotiate);
  const { bufferedBytes } = wire;
  if (bufferedBytes > 0) {
    // Before anything else: also an answer of "no" with something behind it is not what a server says.
    throw new StartTlsInjectionError(
      `the peer sent ${bufferedBytes} bytes more than its answer to STARTTLS, in the clear: a server that knows the protocol waits for the handshake, so this is an attack or a broken server`,
      bufferedBytes,
    );
  }
  if (refusal === undefined) {
    await wire.upgrade((socket, { signal }) => shakeHands(socket, client, signal), { signal: context.signal });
  } else if (!allowCleartextWhenRefused) {
    throw refusal;
  }
}

/** Why the server declined; undefined when it agreed. */
async function ask(
  wire: Wire,
  context: OpenContext,
  negotiate: StartTlsOptions['negotiate'],
): Promise<StartTlsRefusedError | undefined> {
  let agreed: unknown;
  try {
    agreed = await negotiate(wire, context);
  } catch (error) {
    if (error instanceof StartTlsRefusedError) return error;
    throw error;
  }
  if (agreed === true) return undefined;
  // Anything else, a forgotten return above all, must not pass for either.
  if (agreed !== false) throw new OptionsError('negotiate', `negotiate must answer true or false, got ${typeof agreed}`);
  return new StartTlsRefusedError(
    'the server declined STARTTLS, and the connection was not used any further: it would have gone on in the clear',
  );
}

async function shakeHands(socket: Socket, client: TlsClient, signal: AbortSignal): Promise<Socket> {
  const before = socket.bytesRead - socket.readableLength;
  try {
    return await client.secure(socket, { signal });
  } catch (error) {
    if (socket.readableLength === 0 && !isNotTls(error)) throw error;
    const byteLength = socket.bytesRead - before;
    throw new StartTlsInjectionError(
      `after the peer had agreed to STARTTLS, ${byteLength} bytes came that are not TLS: somebody in between has put them there, or the server is broken`,
      byteLength,
      { cause: error },
    );
  }
}

/** What OpenSSL says of bytes that are no record of TLS. */
function isNotTls(error: unknown): boolean {
  if (!(error instanceof TlsHandshakeError && error.cause instanceof Error && 'code' in error.cause)) return false;
  return error.cause.code === 'ERR_SSL_WRONG_VERSION_NUMBER' || error.cause.code === 'ERR_SSL_PACKET_LENGTH_TOO_LONG';
}
