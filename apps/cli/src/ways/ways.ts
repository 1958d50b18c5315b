import type { Target } from '../targets/target.ts';
import { EachNew } from './each-new.ts';
import { Pooled } from './pooled.ts';
import type { Way } from './way.ts';

/** The manners in which a target can be asked, each made anew for whoever asks. */
export interface Ways {
  /** A connection of its own for every request. @param timeoutMs for opening, and for an answer: each */
  eachNew(timeoutMs: number): Way;
  pooled(options: { readonly max: number; readonly timeoutMs: number }): Way;
}

/** Of a target that is asked over connections this command opens itself. */
export function waysOf<T>(target: Target<T>): Ways {
  return {
    eachNew: (timeoutMs) => new EachNew(target, timeoutMs),
    pooled: (options) => new Pooled(target, options),
  };
}
