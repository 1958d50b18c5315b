import { expect, test } from 'vitest';
import { eventually } from './eventually.ts';

test('resolves with what the condition returns, as soon as that is truthy', async () => {
  let turn = 0;
  expect(await eventually(() => (turn++ < 3 ? undefined : { turn }))).toEqual({ turn: 4 });
  expect(turn).toBe(4);
});

test('asks at once, even when there is no time', async () => {
  expect(await eventually(() => 'yes', { timeoutMs: 0 })).toBe('yes');
});

test('waits for conditions that take their time, too', async () => {
  let turn = 0;
  expect(await eventually(async () => turn++ === 60)).toBe(true);
});

test('says what did not come true and what was found instead', async () => {
  await expect(eventually(() => 0, { timeoutMs: 5, what: 'three sessions' })).rejects.toThrow(
    'did not come true within 5 ms: three sessions; in the end it was 0',
  );
  await expect(eventually(() => 1 > 2, { timeoutMs: 5 })).rejects.toThrow('() => 1 > 2');
});

test('a condition that throws does not hold yet; the last error is the cause', async () => {
  let turn = 0;
  const later = eventually(() => {
    if (turn++ < 2) throw new Error('not yet');
    return 'now';
  });
  expect(await later).toBe('now');
  const error = new Error('never');
  await expect(eventually(() => Promise.reject(error), { timeoutMs: 5 })).rejects.toMatchObject({ cause: error });
});
