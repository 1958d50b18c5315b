import type { Socket } from 'node:net';
import type { OpenContext } from '@pool/core';
import { AuthUnavailableError, tlsInfo } from '@pool/tls';
import type { ImapFlow } from 'imapflow';
import { keepNotes } from '../connection/client-notes.ts';
import { ListenerBaseline } from '../connection/listener-baseline.ts';
import { checkCredentials, type ImapCredentials } from '../options/imap-credentials.ts';
import type { Settings } from '../options/resolve-imap-options.ts';
import { abortable } from './abortable.ts';
import { explainFailure } from './explain-failure.ts';
import { flowOptions, withoutSocket, withSocket } from './flow-options.ts';
import { openSocket } from './open-socket.ts';
import { throttleLogger } from './throttle-logger.ts';

interface Listener {
  /** The server asks for patience, later on. */
  readonly onThrottled: (client: ImapFlow, forMs: number) => void;
  readonly notice: (code: string, detail: unknown) => void;
}

/**
 * A client that is logged in, by one limit for the whole way there.
 * @throws AuthError | AuthUnavailableError | CertificateError | what `openSocket` throws | imapflow's own error | `signal.reason`
 */
export async function openClient(settings: Settings, context: OpenContext, { onThrottled, notice }: Listener): Promise<ImapFlow> {
  const { signal } = context;
  signal.throwIfAborted();
  const { credentials: source } = settings;
  const credentials = typeof source === 'function' ? await abortable(source(context), signal) : source;
  checkCredentials(credentials);
  const tokenExpiresAt = expiryOf(credentials, settings);
  const socket = settings.ownSockets ? await openSocket(settings, context) : undefined;
  const throttled: { tell: (forMs: number) => void } = { tell: () => {} };
  const client = make(settings, credentials, socket, (forMs) => throttled.tell(forMs));
  await connect(client, socket, signal, throttled, settings.capacityLimitMs);
  throttled.tell = (forMs) => onThrottled(client, forMs);
  keepNotes(client, {
    baseline: new ListenerBaseline(client),
    tokenExpiresAt,
    certificateExpiresAt: socket && tlsInfo(socket)?.certificate.validTo,
    notice,
    seenAt: -Infinity,
  });
  return client;
}

function make(
  settings: Settings,
  credentials: ImapCredentials,
  socket: Socket | undefined,
  onThrottled: (forMs: number) => void,
): ImapFlow {
  const { ImapFlow, flow } = settings;
  const client = new ImapFlow({
    ...flowOptions(settings, credentials, throttleLogger(flow.logger, onThrottled)),
    ...(socket === undefined ? withoutSocket(settings) : withSocket(socket, settings)),
  });
  // Never taken off: an `error` without a listener ends the process. `close` follows it.
  client.on('error', ignore);
  return client;
}

async function connect(
  client: ImapFlow,
  socket: Socket | undefined,
  signal: AbortSignal,
  throttled: { tell: (forMs: number) => void },
  capacityLimitMs: number,
): Promise<void> {
  const patience = new Promise<never>((_, reject) => {
    throttled.tell = (forMs) => reject(asksForPatience(forMs));
  });
  patience.catch(ignore);
  try {
    await abortable(Promise.race([client.connect(), patience]), signal);
  } catch (error) {
    client.close();
    socket?.destroy();
    throw error === signal.reason ? error : explainFailure(error, capacityLimitMs);
  }
}

/** imapflow would tell so only after having waited, for longer than an open may take. */
function asksForPatience(forMs: number): Error {
  const openVerdict = { pauseMs: forMs };
  return new AuthUnavailableError(`the IMAP server asks for ${forMs} ms of patience: nothing is opened for so long`, {
    openVerdict,
  });
}

/** @throws AuthUnavailableError when the token is of no use any more */
function expiryOf(credentials: ImapCredentials, { clock }: Settings): number | undefined {
  if (!('accessToken' in credentials) || credentials.expiresAt === undefined) return undefined;
  const { expiresAt } = credentials;
  if (expiresAt > (clock.wall?.() ?? Date.now())) return expiresAt;
  throw new AuthUnavailableError(
    'the access token has expired already: give credentials as a function, which is asked on every open, and have it refresh the token',
  );
}

function ignore(): void {}
