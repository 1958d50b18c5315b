import { ProtocolError, type Wire, WireClosedError } from '@pool/net';
import type { Deadline } from './deadline.ts';
import { HttpStatusError } from './http-status-error.ts';

interface Head {
  readonly status: number;
  /** By name in lower case. */
  readonly fields: ReadonlyMap<string, string>;
  readonly keepAlive: boolean;
}

const mostFields = 200;
const largestRead = 65_536;

/** The answer to a GET, whole, so that the wire is clean. Destroys the wire when the server will not take another request on it. */
export async function readAnswer(wire: Wire, deadline: Deadline): Promise<void> {
  let head = await readHead(wire, deadline);
  // 1xx are announcements; the answer follows.
  while (head.status < 200) head = await readHead(wire, deadline);
  const reusable = await readBody(wire, head, deadline);
  if (!reusable || !head.keepAlive) wire.destroy();
  if (head.status >= 400) throw new HttpStatusError(head.status);
}

async function readHead(wire: Wire, deadline: Deadline): Promise<Head> {
  const line = await readLine(wire, deadline);
  const [, minor, status] = /^HTTP\/1\.([01]) (\d{3})(?: |$)/.exec(line) ?? [];
  if (status === undefined) throw new ProtocolError('the server does not speak HTTP/1.1', { received: line });
  const fields = new Map<string, string>();
  for (let count = 0; ; count += 1) {
    const field = await readLine(wire, deadline);
    if (field === '') break;
    if (count === mostFields) throw new ProtocolError(`the answer has more than ${mostFields} header fields`);
    const colon = field.indexOf(':');
    fields.set(field.slice(0, colon).toLowerCase(), field.slice(colon + 1).trim());
  }
  const connection = fields.get('connection')?.toLowerCase() ?? '';
  const keepAlive = minor === '1' ? !connection.includes('close') : connection.includes('keep-alive');
  return { status: Number(status), fields, keepAlive };
}

/** The cases of RFC 9112, section 6.3, in its order. False when only the end of the connection ended the body. */
async function readBody(wire: Wire, { status, fields }: Head, deadline: Deadline): Promise<boolean> {
  if (status === 204 || status === 304) return true;
  if (fields.get('transfer-encoding')?.toLowerCase().endsWith('chunked')) {
    await readChunks(wire, deadline);
    return true;
  }
  const length = fields.get('content-length');
  if (length !== undefined) {
    if (!/^\d+$/.test(length)) throw new ProtocolError('the answer has a Content-Length that is no number', { received: length });
    await skip(wire, Number(length), deadline);
    return true;
  }
  await readToTheEnd(wire, deadline);
  return false;
}

async function readChunks(wire: Wire, deadline: Deadline): Promise<void> {
  for (;;) {
    const line = await readLine(wire, deadline);
    const [size] = /^[0-9a-fA-F]{1,12}/.exec(line) ?? [];
    if (size === undefined) throw new ProtocolError('a chunk of the answer has no size', { received: line });
    const length = Number.parseInt(size, 16);
    if (length === 0) break;
    await skip(wire, length, deadline);
    await readLine(wire, deadline);
  }
  // Trailers, up to an empty line.
  while ((await readLine(wire, deadline)) !== '');
}

/** In pieces: nobody wants a large body whole in memory. */
async function skip(wire: Wire, byteLength: number, deadline: Deadline): Promise<void> {
  for (let left = byteLength; left > 0; left -= largestRead)
    await wire.read(Math.min(left, largestRead), { timeoutMs: deadline.leftMs });
}

/** Where nothing says how long it is, the end of the connection is the end of the answer. */
async function readToTheEnd(wire: Wire, deadline: Deadline): Promise<void> {
  try {
    for (;;) await wire.read(Math.max(1, wire.bufferedBytes), { timeoutMs: deadline.leftMs });
  } catch (error) {
    // Its cause is the socket's error: a reset is no end of an answer.
    if (!(error instanceof WireClosedError) || error.cause !== undefined) throw error;
  }
}

function readLine(wire: Wire, deadline: Deadline): Promise<string> {
  return wire.readLine({ timeoutMs: deadline.leftMs, encoding: 'latin1' });
}
