import { expect, it } from 'vitest';
import { keepAliveHint, persistence } from './persistence.ts';

const raw = (...lines: string[]): Buffer[] => lines.map((line) => Buffer.from(line, 'latin1'));

it.each([
  ['nothing', [], undefined],
  ['keep-alive', ['Connection', 'keep-alive'], undefined],
  ['close', ['Connection', 'close'], { closes: true }],
  ['close in capitals', ['CONNECTION', 'CLOSE'], { closes: true }],
  ['close in a list', ['connection', 'Upgrade , close'], { closes: true }],
  ['close in the second line', ['connection', 'keep-alive', 'Connection', 'close'], { closes: true }],
  ['something that contains close', ['connection', 'close-not'], { closes: false }],
  ['close in another field', ['x-connect!', 'close'], undefined],
  ['a time', ['Keep-Alive', 'timeout=5'], { allowedIdleMs: 5_000, remaining: Infinity }],
  ['a number', ['keep-alive', 'max=100'], { allowedIdleMs: Infinity, remaining: 100 }],
  ['both, and more', ['KEEP-ALIVE', 'x=1, Timeout = 7 ,max="3"'], { allowedIdleMs: 7_000, remaining: 3 }],
  [
    'two lines: the least of each',
    ['keep-alive', 'timeout=5, max=9', 'keep-alive', 'timeout=8, max=1'],
    { allowedIdleMs: 5_000, remaining: 1 },
  ],
  ['close and a time', ['connection', 'close', 'keep-alive', 'timeout=5'], { closes: true, allowedIdleMs: 5_000 }],
  ['no number', ['keep-alive', 'timeout=soon'], { allowedIdleMs: Infinity, remaining: Infinity }],
])('reads %s', (_, headers, said) => {
  if (said === undefined) expect(persistence(raw(...headers))).toBeUndefined();
  else expect(persistence(raw(...headers))).toMatchObject(said);
});

it('a hint is not found inside another word', () => {
  expect(keepAliveHint('xtimeout=5, notmax=1')).toEqual({ allowedIdleMs: Infinity, remaining: Infinity });
});
