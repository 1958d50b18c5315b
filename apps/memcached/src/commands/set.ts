import { OptionsError } from '@pool/core';
import type { Wire, WireOptions } from '@pool/net';
import { exchange, unexpected } from '../adapter/exchange.ts';
import { checkKey } from './key.ts';

export interface SetOptions {
  /** Forgotten after so many milliseconds, rounded up to whole seconds; at most 30 days. @default Infinity: when room is needed */
  readonly ttlMs?: number;
}

/** More seconds than these are taken for a date. */
const mostSeconds = 30 * 24 * 60 * 60;

/** Stores a value. */
export function set(
  wire: Wire,
  key: string,
  value: string | Uint8Array,
  { ttlMs = Infinity }: SetOptions = {},
  limits?: WireOptions,
): Promise<void> {
  const bytes = Buffer.from(value);
  const head = `set ${checkKey(key)} 0 ${expiry(ttlMs)} ${bytes.length}\r\n`;
  return exchange(
    wire,
    Buffer.concat([Buffer.from(head), bytes, Buffer.from('\r\n')]),
    (line) => {
      if (line !== 'STORED') throw unexpected('set', line);
    },
    limits,
  );
}

/** As memcached counts: 0 is never, less is at once. */
function expiry(ttlMs: number): number {
  if (ttlMs === Infinity) return 0;
  const seconds = Math.ceil(ttlMs / 1000);
  if (!(ttlMs >= 0 && seconds <= mostSeconds)) {
    throw new OptionsError('ttlMs', `ttlMs must be from 0 to 30 days in milliseconds, or Infinity, not ${ttlMs}`);
  }
  return seconds === 0 ? -1 : seconds;
}
