import { EventEmitter } from 'node:events';
import { PassThrough } from 'node:stream';
import { beforeEach, describe, expect, it } from 'vitest';
import { type FullScreen, fullScreenOn, type TerminalProcess } from './full-screen.ts';

const taken = '\u001b[?1049h\u001b[?25l';
const givenBack = '\u001b[?25h\u001b[?1049l';

let written: string;
let modes: boolean[];
let kills: string[];
let heard: string[];
let stdin: PassThrough;
let stdout: PassThrough;
let signals: EventEmitter;
let screen: FullScreen;

function processWith(parts: Partial<TerminalProcess> = {}): TerminalProcess {
  const kill = (pid: number, signal?: string | number): true => {
    kills.push(`${signal} to ${pid}`);
    return true;
  };
  return {
    stdin: Object.assign(stdin, { isTTY: true, setRawMode: (raw: boolean) => modes.push(raw) }),
    stdout: Object.assign(stdout, { isTTY: true, columns: 80, rows: 24 }),
    env: { TERM: 'xterm' },
    platform: 'linux',
    pid: 4711,
    on: (event, listener) => signals.on(event, listener),
    off: (event, listener) => signals.off(event, listener),
    kill,
    ...parts,
  };
}

beforeEach(() => {
  written = '';
  modes = [];
  kills = [];
  heard = [];
  stdin = new PassThrough();
  stdout = new PassThrough({ encoding: 'utf8' });
  stdout.on('data', (text) => {
    written += text;
  });
  signals = new EventEmitter();
  screen = fullScreenOn(processWith()) as FullScreen;
});

function enter(): void {
  screen.enter({ onKey: (key) => heard.push(key), onStale: () => heard.push('stale') });
}

describe('a full screen', () => {
  it('is there only where output goes to a terminal that can do it', () => {
    expect(fullScreenOn(processWith({ stdout: new PassThrough() }))).toBeUndefined();
    expect(fullScreenOn(processWith({ env: { TERM: 'dumb' } }))).toBeUndefined();
    expect(screen.size).toEqual({ columns: 80, rows: 24 });
  });

  it('hides the cursor and what is typed, and gives all of it back, once', () => {
    enter();
    expect({ written, modes }).toEqual({ written: taken, modes: [true] });
    screen.leave();
    screen.leave();
    expect({ written, modes }).toEqual({ written: taken + givenBack, modes: [true, false] });
    expect(stdin.isPaused()).toBe(true);
    expect(signals.eventNames()).toEqual([]);
    expect(stdout.listenerCount('resize')).toBe(0);
  });

  it.each(['exit', 'uncaughtExceptionMonitor'])('is given back on %s, too', (event) => {
    enter();
    signals.emit(event);
    expect(written).toBe(taken + givenBack);
  });

  it('is drawn on from its first line, at once, and nothing of before is left', () => {
    enter();
    screen.draw(['one', 'two']);
    expect(written.slice(taken.length)).toBe('\u001b[?2026h\u001b[1;1Hone\u001b[K\r\ntwo\u001b[K\u001b[J\u001b[?2026l');
  });

  it('passes keys on, and makes the signals that the terminal makes no more', () => {
    enter();
    stdin.write('kQ\u0003');
    expect(heard).toEqual(['k', 'q']);
    expect(kills).toEqual(['SIGINT to 4711']);
  });

  it('can be stopped with Ctrl-Z like everything else, and comes back', async () => {
    enter();
    stdin.write('\u001a');
    expect(written).toBe(taken + givenBack);
    expect(kills).toEqual(['SIGTSTP to 0']);
    screen.draw(['not now']);
    expect(written).not.toContain('not now');
    signals.emit('SIGCONT');
    await new Promise((resolve) => setImmediate(resolve));
    expect(written).toBe(taken + givenBack + taken);
    // Whatever the shell has made of it, it is set anew.
    expect(modes.slice(-2)).toEqual([false, true]);
    expect(heard).toContain('stale');
  });

  it('tells when it has another size', () => {
    enter();
    stdout.emit('resize');
    expect(heard).toEqual(['stale']);
  });

  it('works without a keyboard', () => {
    screen = fullScreenOn(processWith({ stdin: new PassThrough() })) as FullScreen;
    expect(screen.hasKeyboard).toBe(false);
    enter();
    screen.leave();
    expect(written).toBe(taken + givenBack);
  });
});
