import type { Wire } from '@pool/net';
import type { Endpoint } from '../reach/endpoint.ts';
import type { Place } from '../reach/place.ts';
import type { ReachOptions } from '../reach/reach-options.ts';
import type { Ways } from '../ways/ways.ts';
import type { TalkOptions } from './talk-options.ts';
import type { Ask, Target } from './target.ts';

/** How to talk to it: what it says before it is ready, and a request with its answer when it is known what to send. */
export interface Talk extends Pick<Target<Wire>, 'init'> {
  readonly ask: Ask<Wire> | undefined;
}

/** One way to write a target. */
export interface TargetKind {
  /** With its colon, as in `URL.protocol`. */
  readonly protocol: string;
  /** For help and errors. */
  readonly usage: string;
  /** The options that mean something here; the others are refused, not ignored. */
  readonly takes: readonly (keyof TalkOptions | keyof ReachOptions)[];
  /** @throws CliError */
  readonly place: (text: string) => Place;
  readonly talk: (place: Place, options: TalkOptions, timeoutMs: number) => Talk;
  /** Where a package is made for asking such targets. @default ways over the connections of `talk` */
  readonly ways?: (endpoint: Endpoint) => Ways;
}
