import type { Wire } from '@pool/net';
import type { Place } from '../reach/place.ts';
import type { ReachOptions } from '../reach/reach-options.ts';
import type { Target } from './target.ts';

/** What the command line may say about how to talk to a target. */
export interface TalkOptions {
  /** A request. */
  readonly send?: string;
  /** In the line that ends an answer. */
  readonly expect?: string;
  /** In the line that ends what the server says first. */
  readonly greeting?: string;
}

/** How to talk to it: what it says before it is ready, and a request with its answer. */
export type Talk = Pick<Target<Wire>, 'init' | 'ask'>;

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
  /** Undefined when `--send` has to say what a request is, and does not. */
  readonly talk: (place: Place, options: TalkOptions, timeoutMs: number) => Talk | undefined;
}
