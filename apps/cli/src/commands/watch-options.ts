import type { ReachOptions } from '../reach/reach-options.ts';
import type { TalkOptions } from '../targets/talk-options.ts';

/** The command line of `pool watch`, parsed. */
export interface WatchOptions extends ReachOptions, TalkOptions {
  readonly min?: number;
  readonly max: number;
  readonly load?: number;
  readonly ping?: number;
  readonly timeout: number;
  readonly down: number;
  readonly plain?: boolean;
  readonly every: number;
}
