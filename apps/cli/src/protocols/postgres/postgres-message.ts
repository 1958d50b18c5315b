import { ProtocolError, type Wire } from '@pool/net';

/** One message of a PostgreSQL server. */
export interface PostgresMessage {
  readonly type: string;
  readonly content: Buffer;
}

/** Far more than any server says before it is asked for rows. */
const longest = 65_536;

type Limits = Parameters<Wire['read']>[1];

/** @see https://www.postgresql.org/docs/current/protocol-message-formats.html */
export async function hearPostgres(wire: Wire, limits: Limits): Promise<PostgresMessage> {
  const head = await wire.read(5, limits);
  const length = head.readInt32BE(1) - 4;
  if (length < 0 || length > longest)
    throw new ProtocolError(`the server announced a message of ${length} bytes: is it PostgreSQL?`);
  return { type: head.toString('latin1', 0, 1), content: await wire.read(length, limits) };
}

/** A message of a client. The first one of a connection has no type. */
export function postgresMessage(type: string, ...parts: readonly (Uint8Array | string)[]): Buffer {
  const content = Buffer.concat(parts.map((part) => Buffer.from(part)));
  const length = Buffer.alloc(4);
  length.writeInt32BE(content.length + 4);
  return Buffer.concat([Buffer.from(type), length, content]);
}

/** Of an ErrorResponse: the five characters that say what it is. Its text is the server's, and not shown. */
export function sqlState({ content }: PostgresMessage): string {
  const code = content
    .toString('latin1')
    .split('\0')
    .find((field) => field.startsWith('C'));
  return /^C[0-9A-Z]{5}$/.test(code ?? '') ? (code ?? '').slice(1) : 'an error without a code';
}
