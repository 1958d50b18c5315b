/** A certificate and its key, in PEM: as `tls.createServer`, `tls.connect` and every server's configuration take them. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

export interface Validity {
  /**
   * `'now'`: from an hour ago until in a year. `'expired'`: until an hour ago. `'not-yet'`: from in an hour on.
   * @default 'now'
   */
  readonly validity?: 'now' | 'expired' | 'not-yet';
  /** Instead: certificates know whole seconds. */
  readonly notBefore?: Date;
  readonly notAfter?: Date;
}

export interface CertificateOptions extends Validity {
  /** The subject. @default the first of `names` */
  readonly commonName?: string;
  /** Host names and IP addresses that it is for. @default localhost, 127.0.0.1 and ::1; none for a client */
  readonly names?: readonly string[];
  /** `'ecdsa'` is P-256, a few milliseconds; `'rsa'` has 2048 bits, whose one key is made once per process. @default 'ecdsa' */
  readonly keyType?: KeyType;
}

export type KeyType = 'ecdsa' | 'rsa';
