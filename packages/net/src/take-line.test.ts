import { expect, test } from 'vitest';
import { ByteQueue } from './byte-queue.ts';
import { ProtocolError } from './errors.ts';
import { takeLine } from './take-line.ts';

function queueOf(text: string): ByteQueue {
  const queue = new ByteQueue();
  queue.push(Buffer.from(text));
  return queue;
}

test.each(['12345678\r\n', '12345678\n', '\r\n', '1234567\r\r\n'])('%j is a line of at most 8 bytes', (text) => {
  const queue = queueOf(`${text}next`);
  expect(takeLine(queue, 8, 'utf8', 0)).toBe(text.replace(/\r?\n$/, ''));
  expect(queue.length).toBe(4);
});

test.each(['123456789\r\n', '123456789\n', '12345678\r\r\n', `${'x'.repeat(1_000)}\n`, '1234567890'])(
  '%j is longer than 8 bytes',
  (text) => {
    expect(() => takeLine(queueOf(text), 8, 'utf8', 0)).toThrow(ProtocolError);
  },
);

test.each(['', '1234', '12345678', '12345678\r'])('%j may still become a line of 8 bytes', (text) => {
  const queue = queueOf(text);
  expect(takeLine(queue, 8, 'utf8', 0)).toBeUndefined();
  expect(queue.length).toBe(text.length);
});
