import { expect, test } from 'vitest';
import { Bell } from './bell.ts';

test('wakes all who wait, and whoever comes while it is rung', async () => {
  const bell = new Bell();
  const waiting = [bell.heard(), bell.heard()];
  bell.ring();
  await Promise.all([...waiting, bell.heard()]);
  expect(bell.rung).toBe(true);
});

test('is silent again when it was quieted', async () => {
  const bell = new Bell();
  bell.ring();
  bell.quiet();
  let heard = false;
  const waiting = bell.heard().then(() => {
    heard = true;
  });
  await Promise.resolve();
  expect([bell.rung, heard]).toEqual([false, false]);
  bell.ring();
  await waiting;
});
