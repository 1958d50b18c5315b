import type { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import { canonicalName } from './canonical-name.ts';
import { connectSecurely, secureTransport } from './handshake.ts';
import { MaterialSource, type TlsOptionsSource } from './material-source.ts';

export interface SecureOptions {
  /** Ends the handshake, which then rejects with `signal.reason`. */
  readonly signal: AbortSignal;
  /** The name (or address) to check the certificate against, for this one connection. @default the client's own */
  readonly servername?: string | undefined;
}

/**
 * One TLS identity: whom to talk to, whom to trust, what to show; with its SecureContext, its sessions and its rotation.
 * Make one per identity and share it: between pools, and between `tls()` and `startTls()`.
 */
export interface TlsClient {
  /**
   * Connects and secures: resolves with a verified, encrypted, paused socket. With TLS 1.3 a server refuses a client certificate only after
   * that: the connection is known to be good when the server has answered once.
   * @throws OptionsError | TlsHandshakeError | CertificateError | AlpnError | Node's own error of connecting | `signal.reason`
   */
  connect(context: { readonly signal: AbortSignal }): Promise<TLSSocket>;
  /**
   * Secures a connection that exists (STARTTLS, a proxy's tunnel). It must be paused and hold no unread bytes: those are refused.
   * Whatever goes wrong, it is destroyed.
   * @throws as `connect`
   */
  secure(socket: Duplex, options: SecureOptions): Promise<TLSSocket>;
  /**
   * Asks for the options again, makes a new SecureContext of them, forgets all sessions, and has every pool of this client replace its
   * connections: idle ones now, lent ones when they come back. Resolves when the new material is in use. When it is no good this rejects and
   * the old one stays in use; nobody has to await it, since pools are told (`notice` with code `tls-rotation-failed`).
   */
  rotate(): Promise<void>;
  /** Be told of each rotation, or that one failed. Returns the way to stop. */
  onRotate(listener: { readonly rotated: () => void; readonly failed: (error: unknown) => void }): () => void;
}

/**
 * @param options or a function that gives them (from files, a vault), which is asked before the first connection and on every `rotate()`
 * @throws OptionsError for options that are unknown or impossible. Those that a function gives are checked when it gave them, and fail the open
 */
export function tlsClient(options: TlsOptionsSource): TlsClient {
  return new SourcedClient(new MaterialSource(options));
}

/** A client made by hand, or by `tlsClient`; options have none of its methods. */
export function isTlsClient(value: object): value is TlsClient {
  return 'secure' in value && typeof value.secure === 'function';
}

class SourcedClient implements TlsClient {
  readonly #source: MaterialSource;

  constructor(source: MaterialSource) {
    this.#source = source;
  }

  async connect({ signal }: { readonly signal: AbortSignal }): Promise<TLSSocket> {
    return connectSecurely(await this.#source.get(signal), signal);
  }

  async secure(socket: Duplex, { signal, servername }: SecureOptions): Promise<TLSSocket> {
    try {
      const material = await this.#source.get(signal);
      const name = servername === undefined ? material.name : canonicalName(servername);
      return await secureTransport(socket, material, name, signal);
    } catch (error) {
      socket.destroy();
      throw error;
    }
  }

  rotate(): Promise<void> {
    const rotation = this.#source.rotate();
    // Pools are told; a caller that does not wait must not have his process ended for it.
    rotation.catch(() => {});
    return rotation;
  }

  onRotate(listener: { readonly rotated: () => void; readonly failed: (error: unknown) => void }): () => void {
    return this.#source.listen(listener);
  }
}
