import type { Wire } from '@pool/net';
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

/** One way to write a target. */
export interface TargetKind {
  /** With its colon, as in `URL.protocol`. */
  readonly protocol: string;
  /** For help and errors. */
  readonly usage: string;
  /** The options that mean something here; the others are refused, not ignored. */
  readonly takes: readonly (keyof TalkOptions)[];
  /** @throws CliError */
  readonly parse: (text: string, options: TalkOptions, timeoutMs: number) => Target<Wire>;
}
