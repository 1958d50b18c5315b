import { describe, expect, it } from 'vitest';
import { palette } from './palette.ts';

const red = '\u001b[31m!\u001b[39m';

describe('palette', () => {
  it.each([
    ['on a terminal', { isTTY: true }, {}, red],
    ['on a terminal, with an empty NO_COLOR', { isTTY: true }, { NO_COLOR: '' }, red],
    ['not with NO_COLOR', { isTTY: true }, { NO_COLOR: '1' }, '!'],
    ['not on a dumb terminal', { isTTY: true }, { TERM: 'dumb' }, '!'],
    ['not in a file, even where others colour it', {}, { CI: 'true', FORCE_COLOR: '1' }, '!'],
  ])('colours %s', (_, stream, env, expected) => {
    expect(palette(stream, env).red('!')).toBe(expected);
  });
});
