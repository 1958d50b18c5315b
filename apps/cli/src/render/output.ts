import { type FullScreen, fullScreenOn } from '../terminal/full-screen.ts';
import { type Palette, palette } from './palette.ts';
import { type Progress, progressOn } from './progress.ts';

/** Where a command says things. */
export interface Output {
  readonly colors: Palette;
  readonly progress: Progress;
  /** Undefined where output goes elsewhere. */
  readonly screen: FullScreen | undefined;
  /** Results. */
  print(text: string): void;
  /** Why there are none. */
  complain(text: string): void;
}

/** Results go to standard output; what is for whoever waits goes to standard error. */
export function outputOf(process: NodeJS.Process): Output {
  const { stdout, stderr, env } = process;
  return {
    colors: palette(stdout, env),
    progress: progressOn(stderr),
    screen: fullScreenOn(process),
    print: (text) => stdout.write(text),
    complain: (text) => stderr.write(text),
  };
}
