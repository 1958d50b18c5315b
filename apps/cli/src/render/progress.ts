import { SingleBar } from 'cli-progress';

export interface Progress {
  /** Shows how far one piece of work is; `done` is asked now and then, so that the work does not pay for being shown. */
  follow(title: string, total: number, done: () => number): void;
  /** Leaves nothing behind. */
  stop(): void;
}

const redrawEveryMs = 100;

/** A bar on a terminal, nothing elsewhere. */
export function progressOn(stream: NodeJS.WriteStream): Progress {
  if (!stream.isTTY) return { follow: () => {}, stop: () => {} };
  const bar = new SingleBar({
    stream,
    format: '{title} {bar} {percentage}%',
    barCompleteChar: '█',
    barIncompleteChar: '░',
    barsize: 30,
    clearOnComplete: true,
    // Otherwise it changes how the terminal wraps lines, and leaves it so when it is interrupted.
    linewrap: true,
  });
  let redraw: NodeJS.Timeout | undefined;
  const stop = (): void => {
    clearInterval(redraw);
    if (bar.isActive) bar.stop();
  };
  return {
    follow: (title, total, done) => {
      stop();
      bar.start(total, 0, { title });
      redraw = setInterval(() => bar.update(Math.min(total, done())), redrawEveryMs);
      redraw.unref();
    },
    stop,
  };
}
