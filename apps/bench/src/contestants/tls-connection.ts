import { Connection } from './contestant.ts';

/** What the contestants over TLS lend. */
export class TlsConnection extends Connection {
  /** One line there, and back again. */
  readonly exchange: () => Promise<void>;

  constructor(exchange: () => Promise<void>) {
    super(0);
    this.exchange = exchange;
  }
}
