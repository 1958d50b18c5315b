import { ProtocolError, type Wire, WireBusyError, WireClosedError, type WireOptions } from '@pool/net';
import { LoginError, ServerError, TooManyConnectionsError } from './errors.ts';

/** From the first byte of a request to the last byte of its answer. */
const owing = new WeakSet<Wire>();

/** Is an answer not read to its end? True for ever when something went wrong on the way: what comes next is anybody's guess. */
export function owesAnswer(wire: Wire): boolean {
  return owing.has(wire);
}

/**
 * One request and its answer. `read` is given the first line and reads the rest, if there is more; the limits are for each read.
 * @throws ServerError | LoginError | TooManyConnectionsError | ProtocolError | what Wire throws
 */
export async function exchange<R>(
  wire: Wire,
  request: string | Uint8Array,
  read: (line: string) => R | PromiseLike<R>,
  limits: WireOptions = {},
): Promise<R> {
  if (owing.has(wire)) throw new WireBusyError('this connection owes an answer: one exchange at a time');
  owing.add(wire);
  await send(wire, request, limits);
  const line = await wire.readLine(limits);
  if (line === 'ERROR Too many open connections') throw new TooManyConnectionsError('memcached takes no more connections');
  if (line === 'CLIENT_ERROR unauthenticated') throw new LoginError('memcached wants a login');
  if (line.startsWith('SERVER_ERROR ')) {
    owing.delete(wire);
    throw new ServerError(`memcached could not do it: ${line.slice('SERVER_ERROR '.length)}`);
  }
  const answer = await read(line);
  owing.delete(wire);
  return answer;
}

/**
 * For all that is no answer to what was asked. ERROR and CLIENT_ERROR are among it: memcached did not understand the request and may have
 * taken the value that followed for further requests, so that nobody knows what it will answer next.
 */
export function unexpected(asked: string, line: string): ProtocolError {
  return new ProtocolError(`memcached gave no answer to ${asked} that the protocol allows`, { received: line });
}

async function send(wire: Wire, request: string | Uint8Array, limits: WireOptions): Promise<void> {
  try {
    await wire.write(request, limits);
  } catch (error) {
    // Refused because it was given back, say: nothing was sent.
    if (error instanceof WireBusyError) owing.delete(wire);
    // A server that turns us away says why and closes: that can still be read.
    if (!(error instanceof WireClosedError)) throw error;
  }
}
