import { type Clock, OptionsError, systemClock } from '@pool/core';

export interface WatchOptions {
  /** Ends the watch: the iteration throws `signal.reason`. @default none */
  readonly signal?: AbortSignal | undefined;
  /** Select the mailbox with EXAMINE. @default true */
  readonly readOnly?: boolean | undefined;
  /**
   * IDLE is begun anew after this, in milliseconds > 0: servers end it after half an hour (RFC 2177), and what lies between forgets a silent connection
   * before that. A connection that vanished without a word is noticed then. @default 300_000
   */
  readonly idleRestartMs?: number | undefined;
  /** How long the server may take to answer what is asked in between, in milliseconds > 0; then the connection is lost. @default 5_000 */
  readonly answerTimeoutMs?: number | undefined;
  /** Changes kept for a loop that is slow; what is more becomes one change of kind `missed`. Integer >= 1. @default 1_000 */
  readonly maxPending?: number | undefined;
  /** @default the system's clock */
  readonly clock?: Clock | undefined;
}

export interface ResolvedWatchOptions {
  readonly signal: AbortSignal | undefined;
  readonly readOnly: boolean;
  readonly idleRestartMs: number;
  readonly answerTimeoutMs: number;
  readonly maxPending: number;
  readonly clock: Clock;
}

const known: readonly string[] = [
  'signal',
  'readOnly',
  'idleRestartMs',
  'answerTimeoutMs',
  'maxPending',
  'clock',
] satisfies readonly (keyof WatchOptions)[];

/** @throws OptionsError */
export function resolveWatchOptions(options: WatchOptions): ResolvedWatchOptions {
  const unknown = Object.keys(options).find((name) => !known.includes(name));
  if (unknown !== undefined)
    throw new OptionsError(unknown, `${unknown} is not an option of watch(); there are ${known.join(', ')}`);
  const { signal, readOnly = true, idleRestartMs = 300_000, answerTimeoutMs = 5_000, maxPending = 1_000 } = options;
  for (const [name, value] of Object.entries({ idleRestartMs, answerTimeoutMs })) {
    if (!(typeof value === 'number' && value > 0)) {
      throw new OptionsError(name, `${name} must be a number of milliseconds > 0, got ${String(value)}`);
    }
  }
  if (!(Number.isSafeInteger(maxPending) && maxPending >= 1)) {
    throw new OptionsError('maxPending', `maxPending must be an integer >= 1, got ${String(maxPending)}`);
  }
  return { signal, readOnly, idleRestartMs, answerTimeoutMs, maxPending, clock: options.clock ?? systemClock };
}
