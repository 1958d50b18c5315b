import type { Socket } from 'node:net';
import type { ImapFlowOptions, Logger } from 'imapflow';
import type { ImapCredentials } from '../options/imap-credentials.ts';
import type { Settings } from '../options/resolve-imap-options.ts';

/** The most a timer can count, in milliseconds. imapflow takes 0 for its default. */
const longestMs = 2 ** 31 - 1;

/** What imapflow is told about one connection. Its own limits are put out of the way: `openTimeoutMs` of the pool is the one for the whole open. */
export function flowOptions(settings: Settings, credentials: ImapCredentials, logger: Logger): ImapFlowOptions {
  const { host, port, silenceTimeoutMs } = settings;
  return {
    ...settings.flow,
    host,
    port,
    auth: auth(settings, credentials),
    logger,
    // It would begin IDLE on a connection that was lent with a mailbox selected, between two commands of whoever has it.
    disableAutoIdle: true,
    connectionTimeout: longestMs,
    greetingTimeout: longestMs,
    socketTimeout: Math.min(silenceTimeoutMs, longestMs),
  };
}

/** ... when it gets a socket that is connected already, and encrypted if it is to be. */
export function withSocket(socket: Socket, { security }: Settings): Partial<ImapFlowOptions> {
  return {
    secure: security !== 'cleartext',
    ...(security === 'cleartext' && { doSTARTTLS: false }),
    transport: {
      connect: (_options, onConnect) => {
        // Not before it has the socket.
        queueMicrotask(onConnect);
        return socket;
      },
    },
  };
}

/** ... when it connects itself, as releases before 2.5 do. */
export function withoutSocket({ security, tcp, tlsOptions }: Settings): Partial<ImapFlowOptions> {
  const { ALPNProtocols, pinnedCertificates, pinnedPublicKeys, sessionCacheSize, expiryNoticeMs, requireAlpn, clock, ...tls } =
    tlsOptions;
  return {
    secure: security === 'tls',
    // Left open, it would go on in the clear with a server (or somebody in between) that offers no STARTTLS.
    ...(security !== 'tls' && { doSTARTTLS: security === 'starttls' }),
    tls: {
      ...tcp,
      ...Object.fromEntries(Object.entries(tls).filter(([, value]) => value !== undefined)),
      ...(ALPNProtocols && { ALPNProtocols: [...ALPNProtocols] }),
      // Said, or NODE_TLS_REJECT_UNAUTHORIZED=0 would decide.
      rejectUnauthorized: true,
    },
  };
}

function auth({ loginMethod }: Settings, credentials: ImapCredentials): NonNullable<ImapFlowOptions['auth']> {
  const { username: user } = credentials;
  if ('accessToken' in credentials) return { user, accessToken: credentials.accessToken };
  return {
    user,
    pass: credentials.password,
    ...(loginMethod && { loginMethod }),
    ...(credentials.authorizeAs && { authzid: credentials.authorizeAs }),
  };
}
