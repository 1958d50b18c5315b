import type { Wire } from '@pool/net';
import { usageError } from '../cli-error.ts';
import type { Secrets } from '../input/secrets.ts';
import type { Protocol } from '../protocols/protocol.ts';
import { protocols } from '../protocols/protocols.ts';
import { connectorOf, type Endpoint, endpointAt, hooksOf } from '../reach/endpoint.ts';
import type { ReachOptions } from '../reach/reach-options.ts';
import { findPlace } from './find-place.ts';
import type { Target } from './target.ts';
import type { Talk, TalkOptions, TargetKind } from './target-kind.ts';

/** A target to send requests to. @throws CliError saying what is wrong with it */
export async function parseTarget(
  text: string,
  talk: TalkOptions,
  reach: ReachOptions,
  timeoutMs: number,
  secrets: Secrets,
): Promise<Target<Wire>> {
  const { kind, place } = findPlace(text, { ...talk, ...reach });
  const endpoint = await endpointAt(place, reach, secrets);
  const { init, ask } = talkTo(endpoint, kind, talk, timeoutMs);
  return { name: place.name, connector: connectorOf(endpoint), init: [...hooksOf(endpoint), ...init], ask };
}

/** What the command line says, else what is known of the protocol. */
function talkTo(endpoint: Endpoint, kind: TargetKind, options: TalkOptions, timeoutMs: number): Talk {
  const { place, starttls, login } = endpoint;
  const name = login?.protocol ?? starttls;
  if (name !== undefined && options.greeting !== undefined) {
    throw usageError(
      `--greeting is not needed: ${login === undefined ? '--starttls' : '--user'} waits for that of ${protocols[name].title}`,
    );
  }
  const told = kind.talk(place, options, timeoutMs);
  if (told !== undefined) return told;
  if (name === undefined) {
    throw usageError(`${place.name} needs --send, a request of its protocol; for example --send 'PING\\r\\n'`);
  }
  const protocol: Protocol = protocols[name];
  if (protocol.asksForLogin && login === undefined) {
    throw usageError(`${protocol.title} answers nobody who has not logged in: say --user`);
  }
  if (options.expect !== undefined) throw usageError('--expect needs --send, the request it is the answer to');
  return { init: [], ask: protocol.ask };
}
