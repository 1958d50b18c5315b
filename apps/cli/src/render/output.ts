import { type Palette, palette } from './palette.ts';
import { type Progress, progressOn } from './progress.ts';

/** Where a command says things. */
export interface Output {
  readonly colors: Palette;
  readonly progress: Progress;
  /** Results. */
  print(text: string): void;
  /** Why there are none. */
  complain(text: string): void;
}

/** Results go to standard output; what is for whoever waits goes to standard error. */
export function outputOf({ stdout, stderr, env }: Pick<NodeJS.Process, 'stdout' | 'stderr' | 'env'>): Output {
  return {
    colors: palette(stdout, env),
    progress: progressOn(stderr),
    print: (text) => stdout.write(text),
    complain: (text) => stderr.write(text),
  };
}
