import { emitKeypressEvents, type Key } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import ansi from 'ansi-escapes';

/** A terminal that is drawn on as a whole, and is then left as it was found. */
export interface FullScreen {
  readonly size: ScreenSize;
  /** Whether somebody could press a key. */
  readonly hasKeyboard: boolean;
  /** Takes it. What is typed is not shown any more. */
  enter(listener: ScreenListener): void;
  /** Shows these lines and nothing else. None may be wider than the screen, nor may they be more than it has. */
  draw(lines: readonly string[]): void;
  /** Gives it back. More than once does nothing. */
  leave(): void;
}

export interface ScreenSize {
  readonly columns: number;
  readonly rows: number;
}

export interface ScreenListener {
  /** One letter. Ctrl-C comes as the signal it would be without this. */
  onKey(key: string): void;
  /** It has another size, or something else was shown on it meanwhile. */
  onStale(): void;
}

/** The process, or what stands for it. */
export interface TerminalProcess extends Pick<NodeJS.Process, 'kill' | 'pid' | 'platform' | 'env'> {
  on(event: string, listener: () => void): unknown;
  off(event: string, listener: () => void): unknown;
  readonly stdin: Readable & { readonly isTTY?: boolean; setRawMode?(raw: boolean): unknown };
  readonly stdout: Writable & { readonly isTTY?: boolean; readonly columns?: number; readonly rows?: number };
}

/** Undefined where output does not go to a terminal that can move its cursor. */
export function fullScreenOn(process: TerminalProcess): FullScreen | undefined {
  const { stdin, stdout, env } = process;
  if (!stdout.isTTY || env.TERM === 'dumb') return undefined;
  // Without it there is nobody to press a key.
  const keyboard = stdin.isTTY ? stdin : undefined;
  let listener: ScreenListener | undefined;

  let isTaken = false;

  const take = (): void => {
    keyboard?.setRawMode?.(true);
    if (!isTaken) stdout.write(ansi.enterAlternativeScreen + ansi.cursorHide);
    isTaken = true;
  };
  const giveBack = (): void => {
    if (isTaken) stdout.write(ansi.cursorShow + ansi.exitAlternativeScreen);
    isTaken = false;
    keyboard?.setRawMode?.(false);
  };
  const leave = (): void => {
    if (listener === undefined) return;
    listener = undefined;
    keyboard?.off('keypress', onKeypress);
    // Or it would keep the process.
    keyboard?.pause();
    stdout.off('resize', onResize);
    process.off('SIGCONT', onContinue);
    process.off('exit', leave);
    process.off('uncaughtExceptionMonitor', leave);
    giveBack();
  };
  function onResize(): void {
    listener?.onStale();
  }
  /** Whoever stopped this process had the terminal meanwhile, and may have left it in another mode. */
  function onContinue(): void {
    if (listener === undefined) return;
    keyboard?.setRawMode?.(false);
    take();
    listener.onStale();
  }
  /** A terminal that does not show what is typed does not make signals of it either. */
  function onKeypress(_text: string | undefined, { name, ctrl }: Key): void {
    if (name === undefined) return;
    if (!ctrl) listener?.onKey(name);
    else if (name === 'c') process.kill(process.pid, 'SIGINT');
    else if (name === 'z') stop();
  }
  function stop(): void {
    if (process.platform === 'win32') return;
    giveBack();
    // To all that the shell started together, as the terminal would: npm, say, would otherwise go on waiting for this process.
    process.kill(0, 'SIGTSTP');
    // Where no shell could continue it, the system did not stop it.
    setImmediate(onContinue);
  }

  return {
    get size() {
      return { columns: stdout.columns || 80, rows: stdout.rows || 24 };
    },
    hasKeyboard: keyboard !== undefined,
    enter: (given) => {
      listener = given;
      take();
      // However the process ends, except by SIGKILL.
      process.on('exit', leave);
      process.on('uncaughtExceptionMonitor', leave);
      process.on('SIGCONT', onContinue);
      stdout.on('resize', onResize);
      if (keyboard === undefined) return;
      emitKeypressEvents(keyboard);
      keyboard.on('keypress', onKeypress);
      keyboard.resume();
    },
    draw: (lines) => {
      const text = lines.map((line) => line + ansi.eraseEndLine).join('\r\n');
      // At once, where the terminal knows how: nobody sees half of it.
      if (isTaken) stdout.write(ansi.synchronizedOutput(ansi.cursorTo(0, 0) + text + ansi.eraseDown));
    },
    leave,
  };
}
