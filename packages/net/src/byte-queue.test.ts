import { expect, test } from 'vitest';
import { ByteQueue } from './byte-queue.ts';

/** Numbers that look random and are the same in every run. */
function* numbers(seed: number): Generator<number, never> {
  let state = seed;
  for (;;) {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    yield state >> 8;
  }
}

test('gives the bytes in the order they came, however they are cut', () => {
  for (let seed = 1; seed <= 100; seed += 1) {
    const random = numbers(seed);
    const next = (below: number): number => random.next().value % below;
    const queue = new ByteQueue();
    const put: number[] = [];
    const got: number[] = [];
    for (let step = 0; step < 60; step += 1) {
      if (next(2) === 0) {
        const chunk = Buffer.from(Array.from({ length: next(10) === 0 ? 700 : next(8) }, () => next(256)));
        queue.push(chunk);
        put.push(...chunk);
      } else {
        got.push(...queue.take(next(queue.length + 1)));
      }
      const left = put.slice(got.length);
      const wanted = next(256);
      const from = next(left.length + 1);
      expect([queue.length, queue.indexOf(wanted, from)]).toEqual([left.length, left.indexOf(wanted, from)]);
    }
    got.push(...queue.take(queue.length));
    expect(got).toEqual(put);
  }
});

test('gives what lies within one chunk without copying it', () => {
  const queue = new ByteQueue();
  const chunk = Buffer.from('hello world');
  queue.push(chunk);
  queue.take(6);
  expect(queue.take(5).buffer).toBe(chunk.buffer);
});

test('keeps no chunk per byte when a peer drips', () => {
  const queue = new ByteQueue();
  for (let count = 0; count < 3; count += 1) queue.push(Buffer.alloc(1));
  const [first, second] = [queue.take(1), queue.take(1)];
  expect(second.buffer).toBe(first.buffer);
  expect(second.byteOffset).toBe(first.byteOffset + 1);
});

test('refuses to give more bytes than there are', () => {
  const queue = new ByteQueue();
  queue.push(Buffer.from('abc'));
  expect(() => queue.take(4)).toThrow('more bytes were taken than there are');
});
