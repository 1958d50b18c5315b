import type { Output } from '../render/output.ts';
import { watchEventText } from '../render/watch-event-line.ts';
import { watchFarewell } from '../render/watch-farewell.ts';
import { watchStatus, watchTitle } from '../render/watch-status.ts';
import type { WatchState } from './watch-state.ts';
import type { WatchView } from './watch-view.ts';

/** A line for each event, and one now and then that says how things stand: for logs. */
export function plainView(stateOf: () => WatchState, everyMs: number, { print }: Pick<Output, 'print'>): WatchView {
  let timer: NodeJS.Timeout | undefined;
  const say = (text: string, at = new Date()): void => print(`${at.toISOString()} ${text}\n`);
  const sayStatus = (): void => say(watchStatus(stateOf()));
  const stop = (): void => clearInterval(timer);
  return {
    start: () => {
      say(watchTitle(stateOf()));
      timer = setInterval(sayStatus, everyMs);
    },
    onEvent: (event) => say(watchEventText(event), event.at),
    stop,
    end: (farewell) => {
      stop();
      for (const line of watchFarewell(farewell)) say(line);
    },
  };
}
