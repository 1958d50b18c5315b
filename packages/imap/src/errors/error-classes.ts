import type { ErrorFacts } from './error-facts.ts';

export type ImapErrorClassName =
  | 'capacity'
  | 'throttled'
  | 'unavailable'
  | 'authentication'
  | 'certificate'
  | 'lost'
  | 'out of step'
  | 'refused'
  | 'other';

/** One row of the table of what errors mean, to whoever opens a connection and to whoever has been lent one. */
export interface ImapErrorClass {
  readonly name: ImapErrorClassName;
  /** How one is known, for people. */
  readonly seen: string;
  readonly matches: (facts: ErrorFacts) => boolean;
  /** When an open fails with it: `'limit'`: the pool makes do with what it has for a while; `'pause'`: nothing opens for the time the server named. */
  readonly opening: 'retry' | 'fatal' | 'limit' | 'pause';
  /** When it leaves the work: what becomes of the connection. `'park'`: kept, and not lent for the time the server named. */
  readonly lent: 'keep' | 'discard' | 'park';
}

/** The first row that matches counts. Capacity stands first: imapflow marks it as a failed login, and a bad password is fatal. */
export const errorClasses: readonly [...ImapErrorClass[], ImapErrorClass] = [
  {
    name: 'capacity',
    seen: 'a login refused, or a greeting that is `BYE`, with `[LIMIT]`, “too many connections”, “maximum number of connections”, “authenticated but not connected”',
    matches: ({ loggingIn, words }) => loggingIn && !isRate(words) && capacity.test(words),
    opening: 'limit',
    lent: 'keep',
  },
  {
    name: 'throttled',
    seen: '“Request is throttled”, “Backoff Time”; a login refused with `[THROTTLED]`, a rate limit, a bandwidth limit',
    matches: ({ code, loggingIn, words }) => code === 'ETHROTTLE' || (loggingIn && isRate(words)),
    opening: 'pause',
    lent: 'park',
  },
  {
    name: 'unavailable',
    seen: 'a login refused with `[UNAVAILABLE]`, `[INUSE]` or `[SERVERBUG]`, or as a temporary or internal failure; any other `BYE` before the login',
    matches: ({ code, loggingIn, words }) => loggingIn && (unavailable.test(words) || code.startsWith('ClosedAfterConnect')),
    opening: 'retry',
    lent: 'discard',
  },
  {
    name: 'authentication',
    seen: 'any other login that was refused, or that cannot be sent (`[AUTHENTICATIONFAILED]`, `LOGINDISABLED`, no mechanism in common)',
    matches: ({ code, loggingIn }) => loggingIn || code === 'TLS_AUTH',
    opening: 'fatal',
    lent: 'keep',
  },
  {
    name: 'certificate',
    seen: 'a certificate that is not good for the name, not trusted, expired, or not the pinned one',
    matches: ({ code }) => code === 'TLS_CERTIFICATE' || certificate.test(code),
    opening: 'fatal',
    lent: 'discard',
  },
  {
    name: 'lost',
    seen: '`BYE`; `NoConnection`, `EConnectionClosed`, `StateLogout`, `ETIMEOUT` of imapflow; a reset, a closed socket, any `ConnectionError`',
    matches: ({ code, status, lost }) => lost || status === 'BYE' || lostCodes.has(code),
    opening: 'retry',
    lent: 'discard',
  },
  {
    name: 'out of step',
    seen: 'an answer that is none, that belongs to no command, or that is too large: `UnexpectedTag`, `MissingTag`, `InvalidResponse`, `ParserError…`, `LiteralTooLarge`, …',
    matches: ({ code }) => outOfStep.test(code),
    opening: 'retry',
    lent: 'discard',
  },
  {
    name: 'refused',
    seen: 'a command answered with `NO` or `BAD`',
    matches: ({ status }) => status === 'NO' || status === 'BAD',
    opening: 'retry',
    lent: 'keep',
  },
  { name: 'other', seen: 'anything else is the caller’s own business', matches: () => true, opening: 'retry', lent: 'keep' },
];

/**
 * Dovecot, Gmail (`[ALERT] Too many simultaneous connections`), Office 365 (`User is authenticated but not connected`); older Dovecot says it
 * under [UNAVAILABLE].
 */
const capacity =
  /\[LIMIT\b|too many[\w ]* (connections|sessions)|max(imum)?[\w ]* (connections|sessions)|(connections?|sessions) limit|authenticated but not connected/i;

/** Yahoo says [LIMIT] to it (`[LIMIT] LOGIN Rate limit hit`), Gmail [OVERQUOTA] (`Account exceeded command or bandwidth limits`). */
function isRate(words: string): boolean {
  return /\[THROTTLED\b|throttl|back-?off|rate[ -]?limit|rate exceeded|bandwidth|too many (login|auth|failed|attempt|request)/i.test(
    words,
  );
}

/** Codes of RFC 5530. */
const unavailable = /\[(UNAVAILABLE|INUSE|SERVERBUG)\b|temporar|try again|internal (server )?error/i;

/** As OpenSSL (X509_verify_cert_error) and Node name them; only where imapflow does TLS itself. */
const certificate = /^(ERR_TLS_CERT|CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_(GET|VERIFY|DECRYPT|DECODE)_)/;

const lostCodes: ReadonlySet<string> = new Set([
  'NoConnection',
  'EConnectionClosed',
  'StateLogout',
  'ETIMEOUT',
  'CONNECT_TIMEOUT',
  'GREETING_TIMEOUT',
  'UPGRADE_TIMEOUT',
]);

const outOfStep =
  /^(UnexpectedTag|MissingTag|InvalidResponse|ResponseProcessingFailed|ParserError.*|MAX_IMAP_NESTING_REACHED|TooManyTokens|TooManyResponses|COMPRESS_TRAILING_DATA|(Line|Literal|Response)TooLarge)$/;
