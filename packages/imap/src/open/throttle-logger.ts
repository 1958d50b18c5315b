import type { Logger } from 'imapflow';

type Level = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal';

/**
 * The user's logger, or silence, with an ear of our own: when a server asks for patience ("Request is throttled. Suggested Backoff Time: ..."), imapflow
 * waits, for minutes, before it tells its caller; but it logs at once.
 * @param onThrottled told for how many milliseconds
 */
export function throttleLogger(user: Logger | false | undefined, onThrottled: (forMs: number) => void): Logger {
  const listener = user || undefined;
  const to = (level: Level) => (entry: unknown) => listener?.[level]?.(entry);
  return {
    trace: to('trace'),
    debug: to('debug'),
    info: to('info'),
    warn: (entry: unknown) => {
      const forMs = throttleDelay(entry);
      if (forMs !== undefined) onThrottled(forMs);
      to('warn')(entry);
    },
    error: to('error'),
    fatal: to('fatal'),
    // Spares imapflow to write down, for nobody, all that is said.
    ...{ isLevelEnabled: (level: Level) => level === 'warn' || isHeard(user, level) },
  };
}

function throttleDelay(entry: unknown): number | undefined {
  if (typeof entry !== 'object' || entry === null || !('throttleDelay' in entry)) return undefined;
  const { throttleDelay } = entry;
  return typeof throttleDelay === 'number' && throttleDelay > 0 ? throttleDelay : undefined;
}

function isHeard(user: Logger | false | undefined, level: Level): boolean {
  if (!user) return false;
  if ('isLevelEnabled' in user && typeof user.isLevelEnabled === 'function') return Boolean(user.isLevelEnabled(level));
  return user[level] !== undefined;
}
