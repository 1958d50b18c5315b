import type { Logger } from 'imapflow';
import { expect, test } from 'vitest';
import { throttleLogger } from './throttle-logger.ts';

test('hears how long the server asks to wait, whoever logs or does not', () => {
  for (const user of [undefined, false, { debug() {}, info() {}, warn() {}, error() {} }] as const) {
    const told: number[] = [];
    const logger = throttleLogger(user, (forMs) => told.push(forMs));
    logger.warn({ msg: 'Throttling detected', throttleDelay: 92_415 });
    logger.warn({ msg: 'something else' });
    logger.warn(undefined);
    logger.warn({ throttleDelay: 'soon' });
    expect(told).toEqual([92_415]);
  }
});

test('passes all on to the logger of the user, at the levels it has', () => {
  const entries: unknown[] = [];
  const note = (level: string) => (entry: unknown) => entries.push([level, entry]);
  const user: Logger = { debug: note('debug'), info: note('info'), warn: note('warn'), error: note('error') };
  const logger = throttleLogger(user, () => {});
  logger.trace?.('nobody hears this');
  for (const level of ['debug', 'info', 'warn', 'error'] as const) logger[level](level);
  expect(entries).toEqual(['debug', 'info', 'warn', 'error'].map((level) => [level, level]));
});

test('writes down for nobody what only the ear for warnings would hear', () => {
  const enabled = (user: Logger | false | undefined, level: string): unknown => {
    const isLevelEnabled: unknown = Reflect.get(
      throttleLogger(user, () => {}),
      'isLevelEnabled',
    );
    return typeof isLevelEnabled === 'function' ? isLevelEnabled(level) : undefined;
  };
  const user = { debug() {}, info() {}, warn() {}, error() {} };
  expect([enabled(false, 'debug'), enabled(undefined, 'warn'), enabled(user, 'debug'), enabled(user, 'trace')]).toEqual([
    false,
    true,
    true,
    false,
  ]);
  const picky = { ...user, isLevelEnabled: (level: string) => level === 'error' };
  expect([enabled(picky, 'debug'), enabled(picky, 'error'), enabled(picky, 'warn')]).toEqual([false, true, true]);
});
