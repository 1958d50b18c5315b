import { Readable } from 'node:stream';
import { expect, it } from 'vitest';
import { canSendAgain, mayReplay } from './replayable.ts';
import type { Outcome } from './verdicts.ts';

const get = { method: 'GET', headers: undefined, body: undefined, idempotent: undefined, upgrade: undefined };

it.each<[Outcome, boolean, boolean]>([
  ['stale-reuse', true, false],
  ['request-timeout', true, false],
  ['misdirected', true, true],
  ['broken', false, false],
  ['protocol', false, false],
  ['timeout', false, false],
  ['abort', false, false],
  ['early-response', false, false],
])('after %s: a GET %s, a POST %s', (outcome, ofGet, ofPost) => {
  expect(mayReplay(get, outcome)).toBe(ofGet);
  expect(mayReplay({ ...get, method: 'POST' }, outcome)).toBe(ofPost);
});

it('never what upgrades, nor what has a body that flows', () => {
  expect(mayReplay({ ...get, upgrade: 'websocket' }, 'stale-reuse')).toBe(false);
  expect(mayReplay({ ...get, body: Readable.from(['x']) }, 'misdirected')).toBe(false);
});

it.each([
  [undefined, true],
  [null, true],
  ['', true],
  ['text', true],
  [new Uint8Array(1), true],
  [new DataView(new ArrayBuffer(1)), true],
  [new ArrayBuffer(1), true],
  [new Blob([]), false],
  [[], false],
])('a body %j can be sent again: %s', (body, expected) => {
  expect(canSendAgain(body)).toBe(expected);
});
