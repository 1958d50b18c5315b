import { expect, it } from 'vitest';
import { copyHeaders } from './copy-headers.ts';

it.each([
  ['nothing', undefined, undefined],
  ['null', null, undefined],
  ['name and value in turns', ['a', '1', 'b', ['2', '3']], ['a', '1', 'b', ['2', '3']]],
  ['an object', { a: '1', b: 2 }, ['a', '1', 'b', 2]],
  ['Headers', new Headers({ A: '1' }), ['a', '1']],
  ['a Map', new Map([['a', '1']]), ['a', '1']],
  [
    'pairs',
    [
      ['a', '1'],
      ['b', '2'],
    ],
    ['a', '1', 'b', '2'],
  ],
  ['an object that is none of Object’s', Object.assign(Object.create(null), { a: '1' }), ['a', '1']],
])('takes %s', (_, headers, flat) => {
  expect(copyHeaders(headers)).toEqual(flat);
});

it('copies: a change of what was given changes nothing', () => {
  const given = ['a', '1'];
  const copy = copyHeaders(given);
  given[1] = '2';
  expect(copy).toEqual(['a', '1']);
});

it.each([
  ['a text', 'a: 1'],
  ['pairs that are none', [['a', '1', '2']]],
  ['a number', 7],
])('passes on %s for the engine to refuse', (_, headers) => {
  expect(copyHeaders(headers)?.length).toBe(1);
});
