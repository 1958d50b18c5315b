import type { Wire } from '@pool/net';
import { usageError } from '../cli-error.ts';
import type { Secrets } from '../input/secrets.ts';
import type { Protocol } from '../protocols/protocol.ts';
import { protocols } from '../protocols/protocols.ts';
import { connectorOf, type Endpoint, endpointAt, hooksOf } from '../reach/endpoint.ts';
import type { ReachOptions } from '../reach/reach-options.ts';
import { type Ways, waysOf } from '../ways/ways.ts';
import { findPlace } from './find-place.ts';
import type { TalkOptions } from './talk-options.ts';
import type { Ask, Target } from './target.ts';

/** A target that may be good for connections alone. */
export interface ParsedTarget<T> extends Omit<Target<T>, 'ask'> {
  /** Undefined where nothing says what a request is ... */
  readonly ask: Ask<T> | undefined;
  /** ... and what would say it, for whoever wants to send some. */
  readonly lacks: string;
  /** The ways to ask it, where they are not made of `connector` and `ask`. */
  readonly ways: Ways | undefined;
}

/** A target for requests alone. */
export interface AskedTarget {
  /** As in the command line, without secrets. */
  readonly name: string;
  readonly ways: Ways;
}

/** @throws CliError saying what is wrong with it */
export async function parseTarget(
  text: string,
  talk: TalkOptions,
  reach: ReachOptions,
  timeoutMs: number,
  secrets: Secrets,
): Promise<ParsedTarget<Wire>> {
  const { kind, place } = findPlace(text, { ...talk, ...reach });
  const endpoint = await endpointAt(place, reach, secrets);
  const protocol = protocolOf(endpoint, talk);
  const { init, ask } = kind.talk(place, talk, timeoutMs);
  return {
    name: place.name,
    connector: connectorOf(endpoint),
    init: [...hooksOf(endpoint), ...init],
    // What the command line says, else what is known of the protocol.
    ask: ask ?? (isTalkative(protocol, endpoint) ? protocol.ask : undefined),
    lacks:
      protocol === undefined
        ? `${place.name} needs --send, a request of its protocol; for example --send 'PING\\r\\n'`
        : `${protocol.title} answers nobody who has not logged in: say --user`,
    ways: kind.ways?.(endpoint),
  };
}

/** For a command that sends requests. @throws CliError saying what the command line lacks */
export function askable<T>({ ask, lacks, ways, ...target }: ParsedTarget<T>): AskedTarget {
  if (ask === undefined) throw usageError(lacks);
  return { name: target.name, ways: ways ?? waysOf({ ...target, ask }) };
}

function protocolOf({ starttls, login }: Endpoint, { greeting }: TalkOptions): Protocol | undefined {
  const name = login?.protocol ?? starttls;
  if (name !== undefined && greeting !== undefined) {
    throw usageError(
      `--greeting is not needed: ${login === undefined ? '--starttls' : '--user'} waits for that of ${protocols[name].title}`,
    );
  }
  return name && protocols[name];
}

/** Does it answer requests of its protocol, as far as is known? */
function isTalkative(protocol: Protocol | undefined, { login }: Endpoint): protocol is Protocol {
  return protocol !== undefined && (login !== undefined || !protocol.asksForLogin);
}
