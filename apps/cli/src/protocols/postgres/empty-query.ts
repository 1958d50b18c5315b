import { ProtocolError, type Wire } from '@pool/net';
import { Deadline } from '../../targets/deadline.ts';
import { hearPostgres, postgresMessage, sqlState } from './postgres-message.ts';

const query = postgresMessage('Q', '\0');

/** A query without words: a round trip that costs the server next to nothing. */
export async function emptyQuery(wire: Wire, timeoutMs: number): Promise<void> {
  const deadline = new Deadline(timeoutMs);
  await wire.write(query, { timeoutMs });
  for (;;) {
    const message = await hearPostgres(wire, { timeoutMs: deadline.leftMs });
    if (message.type === 'E') throw new ProtocolError(`the PostgreSQL server refused a query with ${sqlState(message)}`);
    if (message.type === 'Z') return;
  }
}
