import type { Output } from '../render/output.ts';
import { watchFarewell } from '../render/watch-farewell.ts';
import { watchFrame } from '../render/watch-frame.ts';
import type { FullScreen } from '../terminal/full-screen.ts';
import type { WatchEvent } from './watch-event.ts';
import type { WatchState } from './watch-state.ts';
import type { WatchView } from './watch-view.ts';

/** What may be pressed. */
export interface LiveKey {
  readonly key: string;
  /** What it does, after its letter. */
  readonly does: string;
  readonly press: () => void;
}

/** However much happens in between. */
const redrawEveryMs = 100;
/** As many as the tallest screen shows. */
const mostEvents = 200;

/** The whole terminal, drawn again and again. */
export function liveView(
  screen: FullScreen,
  stateOf: () => WatchState,
  keys: readonly LiveKey[],
  { colors, print }: Pick<Output, 'colors' | 'print'>,
): WatchView {
  const events: WatchEvent[] = [];
  const hints = keys.map(({ key, does }) => `${key} ${does}`);
  let timer: NodeJS.Timeout | undefined;
  let shown = '';
  const draw = (): void => {
    const lines = watchFrame(
      { state: stateOf(), events, keys: screen.hasKeyboard ? hints : ['Ctrl-C ends'] },
      screen.size,
      colors,
    );
    const text = lines.join('\n');
    if (text !== shown) screen.draw(lines);
    shown = text;
  };
  const stop = (): void => {
    clearInterval(timer);
    screen.leave();
  };
  return {
    start: () => {
      screen.enter({
        onKey: (pressed) => keys.find(({ key }) => key === pressed)?.press(),
        onStale: () => {
          shown = '';
          draw();
        },
      });
      draw();
      timer = setInterval(draw, redrawEveryMs);
    },
    onEvent: (event) => {
      events.push(event);
      if (events.length > mostEvents) events.shift();
    },
    stop,
    end: (farewell) => {
      stop();
      for (const line of watchFarewell(farewell)) print(`${line}\n`);
    },
  };
}
