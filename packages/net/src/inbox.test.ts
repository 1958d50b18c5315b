import { expect, test } from 'vitest';
import { Inbox } from './inbox.ts';

function inbox(): Inbox {
  const unexpected = (): never => {
    throw new Error('nobody waits for so long here');
  };
  return new Inbox({ onTimeout: unexpected, onAbort: unexpected, refusal: () => undefined });
}

test('what is there already is given at once, without a promise', () => {
  const box = inbox();
  box.push(Buffer.from('one\r\nabc'));
  expect(box.readLine({})).toBe('one');
  expect(box.read(3, {})).toEqual(Buffer.from('abc'));
});

test('a pending read is served by whatever completes it, byte by byte', async () => {
  const box = inbox();
  const line = box.readLine({});
  for (const byte of Buffer.from('one\r\n')) {
    expect(box.asked).toBe(true);
    box.push(Buffer.of(byte));
  }
  expect(box.asked).toBe(false);
  const bytes = box.read(3, {});
  for (const byte of Buffer.from('abcd')) box.push(Buffer.of(byte));
  expect(await line).toBe('one');
  expect(await bytes).toEqual(Buffer.from('abc'));
  expect(box.byteLength).toBe(1);
});

test('a pending line begins with what was there when it was asked for', async () => {
  const box = inbox();
  box.push(Buffer.from('on'));
  const line = box.readLine({});
  box.push(Buffer.from('e'));
  box.push(Buffer.from('\nrest'));
  expect(await line).toBe('one');
  expect(box.byteLength).toBe(4);
});
