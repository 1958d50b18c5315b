import { OptionsError, systemClock } from '@pool/core';
import { expect, test } from 'vitest';
import { resolveWatchOptions, type WatchOptions } from './watch-options.ts';

test('nothing has to be said', () => {
  expect(resolveWatchOptions({})).toEqual({
    signal: undefined,
    readOnly: true,
    idleRestartMs: 300_000,
    answerTimeoutMs: 5_000,
    maxPending: 1_000,
    clock: systemClock,
  });
});

test.each([
  ['idleRestartMs', { idleRestartMs: 0 }],
  ['answerTimeoutMs', { answerTimeoutMs: Number.NaN }],
  ['maxPending', { maxPending: 0.5 }],
  ['idleTimeoutMs', { idleTimeoutMs: 1 }],
])('%s is refused by its name', (option, options) => {
  try {
    resolveWatchOptions(options as WatchOptions);
    expect.unreachable();
  } catch (error) {
    expect(error).toBeInstanceOf(OptionsError);
    expect(error).toMatchObject({ option });
  }
});
