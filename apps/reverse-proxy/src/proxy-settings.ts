/** Durations are milliseconds. */
export interface ProxySettings {
  /** Origins; at least one. */
  readonly upstreams: readonly string[];
  /** Most connections to each upstream. */
  readonly connections: number;
  /** Kept ready to each upstream. */
  readonly warm: number;
  /** How long a request may wait for a connection, or for any upstream to come back. */
  readonly waitMs: number;
  /** From the request sent to the headers of the upstream's answer. */
  readonly headersTimeoutMs: number;
  /** Between two chunks of the answer's body. */
  readonly bodyTimeoutMs: number;
  /** Requests under way may take so long when the proxy is stopped. */
  readonly graceMs: number;
  /** Whose `X-Forwarded-*` headers are believed: addresses and networks, separated by commas. Undefined: nobody's. */
  readonly trust: string | undefined;
}
