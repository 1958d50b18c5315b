import { isIP } from 'node:net';
import {
  type ConnectionOptions,
  checkServerIdentity,
  createSecureContext,
  type PeerCertificate,
  type SecureContext,
} from 'node:tls';
import { type Clock, OptionsError, systemClock } from '@pool/core';
import type { TcpOptions } from '@pool/net';
import { checkTlsOptions, tcpPart } from '../check-tls-options.ts';
import { contextOptions, type TlsOptions } from '../tls-options.ts';
import { canonicalName } from './canonical-name.ts';
import { type CertificateSummary, summarize } from './certificate-summary.ts';
import { Pins } from './pins.ts';
import { SessionCache } from './session-cache.ts';

const oneWeekMs = 7 * 24 * 60 * 60 * 1000;

/** All that is made of the options, once from one rotation to the next: among it the SecureContext and the sessions. */
export class Material {
  /** The name (or address) to ask for and to check against, unless another is given for a single connection. Canonical. */
  readonly name: string;
  readonly clock: Clock;
  readonly expiryNoticeMs: number;
  readonly sessions: SessionCache;
  readonly #options: TlsOptions;
  readonly #context: SecureContext;
  readonly #pins: Pins;
  #checked: CertificateSummary | undefined;
  /** The last one: connections of a pool share what is kept of it. */
  #summary: CertificateSummary | undefined;

  /** @throws OptionsError */
  constructor(options: TlsOptions) {
    checkTlsOptions(options);
    this.#options = { ...options };
    this.name = canonicalName(options.servername ?? options.host);
    this.clock = options.clock ?? systemClock;
    this.expiryNoticeMs = options.expiryNoticeMs ?? oneWeekMs;
    this.sessions = new SessionCache(options.sessionCacheSize ?? 100, () => this.wall());
    this.#pins = new Pins(options);
    this.#context = options.secureContext ?? makeContext(options);
  }

  /** The host, for messages. */
  get peer(): string {
    const { host, port } = this.#options;
    return port === undefined ? host : `${host}:${port}`;
  }

  get protocols(): readonly string[] {
    return this.#options.ALPNProtocols ?? [];
  }

  get requireAlpn(): boolean {
    return this.#options.requireAlpn ?? true;
  }

  /** A check of the user's may look at the whole chain. */
  get checksLeafAlone(): boolean {
    return this.#options.checkServerIdentity === undefined;
  }

  wall(): number {
    return this.clock.wall?.() ?? Date.now();
  }

  /** @throws OptionsError without a port */
  tcpOptions(): TcpOptions {
    const { port } = this.#options;
    if (port === undefined) throw new OptionsError('port', 'port is missing: it is needed to connect');
    return { ...tcpPart(this.#options), port };
  }

  /** What Node is told, and keeps on the socket. Nothing secret among it but the session. */
  connectOptions(name: string, session: Buffer | undefined): ConnectionOptions {
    const { ALPNProtocols, minDHSize } = this.#options;
    return {
      secureContext: this.#context,
      // RFC 6066, 3 allows no address to be asked for.
      ...(isIP(name) === 0 && { servername: name }),
      // Said, or NODE_TLS_REJECT_UNAUTHORIZED=0 would decide.
      rejectUnauthorized: true,
      checkServerIdentity: name === this.name ? this.#checkOwn : (_host, certificate) => this.#check(name, certificate),
      ...(ALPNProtocols && { ALPNProtocols: [...ALPNProtocols] }),
      ...(minDHSize !== undefined && { minDHSize }),
      ...(session && { session }),
    };
  }

  /** What the check found that Node just made: it comes right before `secureConnect`. */
  takeChecked(): CertificateSummary | undefined {
    const checked = this.#checked;
    this.#checked = undefined;
    return checked;
  }

  /**
   * Called by Node when the chain is good; with a name of Node's choice, which is 'localhost' where it knows none. One for all
   * connections, so that none keeps a closure.
   */
  readonly #checkOwn = (_host: string, certificate: PeerCertificate): Error | undefined => this.#check(this.name, certificate);

  #check(name: string, certificate: PeerCertificate): Error | undefined {
    this.#checked = undefined;
    const refusal = this.#refusal(name, certificate);
    if (refusal !== undefined) return refusal;
    if (this.#summary?.fingerprint256 !== certificate.fingerprint256) this.#summary = summarize(certificate);
    this.#checked = this.#summary;
    return undefined;
  }

  /** Node would let an error thrown here end the process, and takes whatever is not falsy for one. */
  #refusal(name: string, certificate: PeerCertificate): Error | undefined {
    try {
      const refusal: unknown = (this.#options.checkServerIdentity ?? checkServerIdentity)(name, certificate);
      if (refusal instanceof Error) return refusal;
      if (refusal !== undefined) return new TypeError('checkServerIdentity must return an Error or undefined, at once');
      return this.#pins.match(certificate.raw) ? undefined : pinError(certificate.fingerprint256);
    } catch (error) {
      return error instanceof Error ? error : new Error(`checkServerIdentity threw ${String(error)}`);
    }
  }
}

function pinError(fingerprint256: string): Error {
  const message = `neither it nor its public key is among those pinned; its fingerprint is ${fingerprint256}`;
  return Object.assign(new Error(message), { code: 'PIN_MISMATCH' });
}

function makeContext(options: TlsOptions): SecureContext {
  const given = contextOptions.map((option) => [option, options[option]]).filter(([, value]) => value !== undefined);
  try {
    return createSecureContext(Object.fromEntries(given));
  } catch (error) {
    const names = given.map(([option]) => option).join(', ');
    const why = error instanceof Error ? error.message : String(error);
    throw new OptionsError('secureContext', `no TLS context can be made of ${names || 'the defaults'}: ${why}`);
  }
}
