/** What the connections of one origin have in common. */
export interface ConnectionSettings {
  /** `http://host:port` or `https://host:port`: the engine sends it as Host when the request has none. */
  readonly engineOrigin: string;
  /** Of the engine, where 0 means never. */
  readonly headersTimeoutMs: number;
  readonly bodyTimeoutMs: number;
  /** The time of this turn of the event loop. */
  readonly turn: () => number;
  /** Told of each exchange after which the connection stayed open. */
  readonly onReused: () => void;
}
