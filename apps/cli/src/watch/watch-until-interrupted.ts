import type { ReturningServer } from '../embedded/returning-server.ts';
import type { Interrupts } from '../input/interrupts.ts';
import type { Output } from '../render/output.ts';
import { type LiveKey, liveView } from './live-view.ts';
import { plainView } from './plain-view.ts';
import type { WatchState } from './watch-state.ts';
import type { WatchView } from './watch-view.ts';
import { type Farewell, type WatchedTarget, Watcher, type WatcherOptions } from './watcher.ts';

export interface WatchOrder<T> extends WatcherOptions {
  readonly target: WatchedTarget<T>;
  /** The one that is the target, when that is embedded. */
  readonly server: ReturningServer | undefined;
  /** In lines, also on a terminal. */
  readonly plain: boolean;
  /** In lines, how often to say how things stand. */
  readonly statusEveryMs: number;
}

/** Watches, shows what it sees, and closes when it is interrupted; a second time, at once. */
export async function watchUntilInterrupted<T>(order: WatchOrder<T>, output: Output, interrupts: Interrupts): Promise<void> {
  const { target, server, plain, statusEveryMs } = order;
  const { screen } = output;
  let interrupt = (): void => {};
  const stateOf = (): WatchState => ({ ...watcher.state, server: server && { pid: server.pid } });
  const view: WatchView =
    plain || screen === undefined ? plainView(stateOf, statusEveryMs, output) : liveView(screen, stateOf, keys(), output);
  await using watcher = new Watcher(target, order, (event) => view.onEvent(event));
  if (server !== undefined) server.onChange = (change) => watcher.note({ kind: 'server', change });

  function keys(): readonly LiveKey[] {
    return [
      ...(server === undefined ? [] : [{ key: 'k', does: 'kills the server', press: () => void server.kill() }]),
      { key: 'r', does: 'replaces all connections', press: () => watcher.recycle() },
      { key: 'q', does: 'ends', press: () => interrupt() },
    ];
  }

  let stopListening = (): void => {};
  try {
    view.start();
    const farewell = await new Promise<Farewell>((resolve) => {
      interrupt = () => void watcher.close().then(resolve);
      stopListening = interrupts.listen(interrupt);
    });
    view.end(farewell);
  } finally {
    stopListening();
    view.stop();
  }
}
