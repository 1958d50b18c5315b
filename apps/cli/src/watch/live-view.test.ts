import pico from 'picocolors';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { FullScreen, ScreenListener, ScreenSize } from '../terminal/full-screen.ts';
import { liveView } from './live-view.ts';
import type { WatchState } from './watch-state.ts';
import type { WatchView } from './watch-view.ts';

const totals = {
  ...{ asked: 0, acquired: 0, waited: 0, waitedMs: 0, leasedMs: 0, timedOut: 0, aborted: 0, refused: 0, requeued: 0 },
  ...{ detached: 0, abandoned: 0, opened: 0, openFailed: 0, closed: {} },
};
const stats = {
  ...{ max: 8, min: 4, effectiveMax: 8, reserving: 0, opening: 4, idle: 0, checking: 0, leased: 0, resetting: 0, closing: 0 },
  ...{ waiting: 0, oldestWaitMs: 0, learnedIdleLimitMs: undefined, consecutiveFailures: 0, totals },
};

let frames: (readonly string[])[];
let left: number;
let printed: string;
let pressed: string[];
let listener: ScreenListener;
let size: ScreenSize;
let hasKeyboard: boolean;
let upMs: number;
let view: WatchView;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  frames = [];
  left = 0;
  hasKeyboard = true;
  printed = '';
  pressed = [];
  size = { columns: 80, rows: 24 };
  upMs = 0;
  const screen: FullScreen = {
    get size() {
      return size;
    },
    get hasKeyboard() {
      return hasKeyboard;
    },
    enter: (given) => {
      listener = given;
    },
    draw: (lines) => frames.push(lines),
    leave: () => {
      left += 1;
    },
  };
  const stateOf = (): WatchState => ({
    name: 'tcp://127.0.0.1:1',
    upMs,
    pool: 'open',
    stats,
    connections: [],
    fullness: { firstMs: undefined, againMs: undefined, shortForMs: undefined },
    failure: undefined,
    load: undefined,
    server: undefined,
  });
  const press = (): unknown => pressed.push('r');
  const print = (text: string): void => {
    printed += text;
  };
  view = liveView(screen, stateOf, [{ key: 'r', does: 'replaces', press: () => press() }], {
    colors: pico.createColors(false),
    print,
  });
  return () => {
    view.stop();
    vi.useRealTimers();
  };
});

function happen(times: number): void {
  for (let id = 1; id <= times; id += 1) view.onEvent({ at: new Date(), kind: 'open', id, durationMs: 1, attempt: 1 });
}

describe('the live view', () => {
  it('draws at once, and then ten times a second at most, however much happens', () => {
    view.start();
    expect(frames.length).toBe(1);
    happen(10_000);
    expect(frames.length).toBe(1);
    vi.advanceTimersByTime(100);
    expect(frames.length).toBe(2);
    expect(frames.at(-1)?.join()).toContain('#10000 opened');
  });

  it('draws nothing again that has not changed', () => {
    view.start();
    vi.advanceTimersByTime(1000);
    expect(frames.length).toBe(1);
    upMs = 5000;
    vi.advanceTimersByTime(1000);
    expect(frames.length).toBe(2);
  });

  it('draws at once when the terminal has another size, or was used by somebody else', () => {
    view.start();
    size = { columns: 40, rows: 10 };
    listener.onStale();
    expect(frames.at(-1)?.length).toBe(10);
    listener.onStale();
    expect(frames.length).toBe(3);
  });

  it('does what its keys say, and nothing for others', () => {
    view.start();
    expect(frames[0]?.at(-1)).toBe('r replaces');
    for (const key of ['x', 'r', 'return']) listener.onKey(key);
    expect(pressed).toEqual(['r']);
  });

  it('offers no keys where nobody could press them', () => {
    hasKeyboard = false;
    view.start();
    expect(frames[0]?.at(-1)).toBe('Ctrl-C ends');
  });

  it('gives the terminal back before the last word, and draws no more', () => {
    view.start();
    view.end({
      upMs: 12_345,
      report: { leaked: [] },
      totals: { ...totals, opened: 5, openFailed: 2, closed: { broken: 1, 'pool-closed': 4 } },
      load: undefined,
    });
    expect(left).toBe(1);
    expect(printed).toBe(
      'closed 4 connections after 12 s; nothing was left lent\nopened 5, failed to open 2; closed 4 × pool-closed, 1 × broken\n',
    );
    upMs = 5000;
    vi.advanceTimersByTime(1000);
    expect(frames.length).toBe(1);
  });
});
