import { OptionsError } from '@pool/core';
import { longestTimeoutMs } from './longest-timeout.ts';

/** Ends one read, write or upgrade early. Either way the wire is destroyed: nobody knows where in the protocol it stands. */
export interface WireOptions {
  /** Give up when it aborts; rejects with `signal.reason`. @default none */
  readonly signal?: AbortSignal;
  /** Milliseconds for this one call, from 0 (only what is there already) up; Infinity means no limit. @default Infinity */
  readonly timeoutMs?: number;
}

export interface LineOptions extends WireOptions {
  /** Longest line accepted, its CR LF not counted. Integer from 1 up. @default 65_536 */
  readonly maxBytes?: number;
  /** How bytes become text: 'latin1' makes one character of each byte and loses nothing; 'utf8' replaces what is no UTF-8 by U+FFFD. @default 'utf8' */
  readonly encoding?: 'utf8' | 'latin1';
}

/** @throws OptionsError when the limit is not a number of milliseconds a timer can count */
export function checkWireOptions(options: WireOptions): void {
  const { timeoutMs } = options;
  if (timeoutMs === undefined || timeoutMs === Infinity) return;
  if (typeof timeoutMs === 'number' && timeoutMs >= 0 && timeoutMs <= longestTimeoutMs) return;
  throw new OptionsError(
    'timeoutMs',
    `timeoutMs must be from 0 to ${longestTimeoutMs} milliseconds, or Infinity for no limit, got ${String(timeoutMs)}`,
  );
}

/** @throws OptionsError */
export function checkLineOptions(options: LineOptions): void {
  checkWireOptions(options);
  const { maxBytes, encoding } = options;
  if (maxBytes !== undefined && !(Number.isSafeInteger(maxBytes) && maxBytes >= 1)) {
    throw new OptionsError('maxBytes', `maxBytes must be an integer from 1 up, got ${String(maxBytes)}`);
  }
  if (encoding !== undefined && encoding !== 'utf8' && encoding !== 'latin1') {
    throw new OptionsError('encoding', `encoding must be 'utf8' or 'latin1', got '${String(encoding)}'`);
  }
}
