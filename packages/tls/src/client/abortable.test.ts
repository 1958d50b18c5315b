import { expect, test } from 'vitest';
import { abortable } from './abortable.ts';

test('what the promise does is done, unless the signal aborts first', async () => {
  const { signal } = new AbortController();
  await expect(abortable(Promise.resolve(1), signal)).resolves.toBe(1);
  await expect(abortable(Promise.reject(new Error('no')), signal)).rejects.toThrow('no');
  const controller = new AbortController();
  const waiting = abortable(new Promise(() => {}), controller.signal);
  controller.abort('enough');
  await expect(waiting).rejects.toBe('enough');
  expect(() => abortable(Promise.resolve(1), AbortSignal.abort('before'))).toThrow('before');
});

test('a promise that fails after it was given up ends no process', async () => {
  const controller = new AbortController();
  let fail: (error: Error) => void = () => {};
  const waiting = abortable(new Promise((_resolve, reject) => (fail = reject)), controller.signal);
  controller.abort('enough');
  await expect(waiting).rejects.toBe('enough');
  fail(new Error('late'));
  await new Promise((resolve) => setImmediate(resolve));
});
