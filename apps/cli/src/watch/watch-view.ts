import type { WatchEvent } from './watch-event.ts';
import type { Farewell } from './watcher.ts';

/** One way to show what is watched. */
export interface WatchView {
  /** From now on there is something to show. */
  start(): void;
  /** May come before the start. */
  onEvent(event: WatchEvent): void;
  /** Leaves the terminal as it was. More than once does nothing. */
  stop(): void;
  /** The last word. */
  end(farewell: Farewell): void;
}
