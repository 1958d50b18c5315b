import type { WatchState } from '../watch/watch-state.ts';
import { plural, whole } from './numbers.ts';

/** What is going to be told about. */
export function watchTitle({ name, stats, load, server }: WatchState): string {
  const { min, max } = stats;
  const process = server === undefined ? '' : ` (the embedded server, process ${server.pid})`;
  const requests = load === undefined ? 'no requests' : `${load.perSecond} requests/s`;
  return `watching ${name}${process}: keeps ${plural(min, 'connection')}, at most ${whole(max)}; ${requests}`;
}

/** How things stand, in one line for logs: `key=value`, which programs read as well as people. */
export function watchStatus({ pool, stats, load, fullness, server }: WatchState): string {
  const { idle, leased, opening, checking, closing, waiting, oldestWaitMs, consecutiveFailures, learnedIdleLimitMs } = stats;
  const { acquired, opened, openFailed } = stats.totals;
  const values = {
    pool,
    idle,
    leased,
    opening,
    checking,
    closing,
    waiting,
    oldestWaitMs,
    failures: consecutiveFailures,
    idleLimitMs: learnedIdleLimitMs,
    readyAfterMs: fullness.firstMs,
    againAfterMs: fullness.againMs,
    shortForMs: fullness.shortForMs,
    acquired,
    opened,
    openFailed,
    answered: load?.answered,
    failed: load?.failed,
    server: server && (server.pid === undefined ? 'away' : 'up'),
  };
  const known = Object.entries(values).filter(([, value]) => value !== undefined);
  return `status ${known.map(([name, value]) => `${name}=${typeof value === 'number' ? Math.round(value) : value}`).join(' ')}`;
}
