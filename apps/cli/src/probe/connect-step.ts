import { lookup } from 'node:dns/promises';
import { isIP, type LookupFunction, type Socket } from 'node:net';
import { connectTcp, type TcpOptions } from '@pool/net';
import type { Place } from '../reach/place.ts';
import type { Steps } from './steps.ts';
import { unlessAborted } from './unless-aborted.ts';

/** Name and connection as two steps. */
export async function connectStep({ address }: Place, steps: Steps, signal: AbortSignal): Promise<Socket> {
  let options: TcpOptions = address;
  if ('host' in address && isIP(address.host) === 0) {
    steps.begin('resolve');
    const addresses = await unlessAborted(lookup(address.host, { all: true }), signal);
    steps.end((ms) => ({ step: 'resolve', ms, addresses: addresses.map((found) => found.address) }));
    // It is Node's business to try one after the other; only the question has been answered already.
    const answer: LookupFunction = (_host, { all }, callback) => {
      const [first] = addresses;
      if (all === true) callback(null, addresses);
      else callback(null, first?.address ?? '', first?.family);
    };
    options = { ...address, lookup: answer };
  }
  steps.begin('connect');
  const socket = await connectTcp(options, { signal });
  const reached = 'path' in address ? address.path : (socket.remoteAddress ?? address.host);
  steps.end((ms) => ({ step: 'connect', ms, address: reached, tried: tried(socket, address) ?? [reached] }));
  return socket;
}

/** Node tells it when there was a choice. */
function tried(socket: Socket, address: Place['address']): readonly string[] | undefined {
  const attempted: readonly string[] | undefined = socket.autoSelectFamilyAttemptedAddresses;
  if (attempted === undefined || attempted.length === 0 || 'path' in address) return undefined;
  return attempted.map((text) => text.slice(0, -`:${address.port}`.length));
}
