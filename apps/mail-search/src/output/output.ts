import pico from 'picocolors';

export type Colors = ReturnType<typeof pico.createColors>;

/** Where results go, and where what is for whoever waits. */
export interface Output {
  readonly colors: Colors;
  /** Results. */
  print(text: string): void;
  /** How far it is: replaces what was said last. Nothing where nobody looks. */
  progress(text: string): void;
  /** Why something is not there. */
  complain(text: string): void;
}

const clearLine = '\r\u001b[K';

export function outputOf({ stdout, stderr, env }: NodeJS.Process): Output {
  const plain = (env.NO_COLOR ?? '') !== '' || env.TERM === 'dumb';
  let shown = '';
  const progress = (text: string): void => {
    if (!stderr.isTTY) return;
    if (shown !== '' || text !== '') stderr.write(`${clearLine}${text}`);
    shown = text;
  };
  /** Results push the line of progress down. */
  const above = (write: () => void): void => {
    const was = shown;
    progress('');
    write();
    progress(was);
  };
  return {
    colors: pico.createColors(stdout.isTTY === true && !plain),
    print: (text) => above(() => stdout.write(text)),
    progress,
    complain: (text) => above(() => stderr.write(text)),
  };
}
