import { stripVTControlCharacters } from 'node:util';
import { OpenError } from '@pool/core';
import pico from 'picocolors';
import { describe, expect, it } from 'vitest';
import { down, events, keys, many, plain, well } from '../../test/watched.ts';
import { type Shown, watchFrame } from './watch-frame.ts';

describe('whatever size the screen has', () => {
  it('says so when there is no connection at all', () => {
    for (let rows = 18; rows <= 40; rows += 1) {
      const frame: Shown = { ...down, state: { ...down.state, connections: [] } };
      expect(watchFrame(frame, { columns: 80, rows }, plain)).toContain('  no connection');
    }
  });

  it('never gets a line that is too wide, nor one too many, coloured or not', () => {
    for (const colors of [plain, pico.createColors(true)]) {
      for (let columns = 1; columns <= 130; columns += 13) {
        for (let rows = 1; rows <= 60; rows += 7) {
          for (const frame of [well, down, many]) {
            const lines = watchFrame(frame, { columns, rows }, colors);
            const widest = Math.max(...lines.map((line) => stripVTControlCharacters(line).length));
            expect(widest, `${columns} columns`).toBeLessThanOrEqual(Math.max(1, columns - 1));
            expect(lines.length, `${rows} rows`).toBeLessThanOrEqual(rows);
          }
        }
      }
    }
  });

  it('has its keys in the last line when there is room for all', () => {
    for (let rows = 24; rows <= 60; rows += 1) {
      const lines = watchFrame(many, { columns: 100, rows }, plain);
      expect(lines.length).toBe(rows);
      expect(lines.at(-1)).toBe(keys.join('   '));
    }
  });
});

describe('what comes from elsewhere', () => {
  it('cannot move the cursor', () => {
    const nasty = '\u001b[2Jgone\r\n\u0007';
    const error = new OpenError(
      'x',
      'watch',
      { code: 'POOL_OPEN_FAILED', step: 'init', hook: 'login', attempt: 1 },
      { cause: new Error(nasty) },
    );
    const frame = watchFrame(
      {
        state: { ...well.state, failure: { error, retryInMs: undefined } },
        events: events(
          { kind: 'openError', error, attempt: 1, retryInMs: undefined },
          { kind: 'notice', code: nasty, detail: { said: nasty } },
          { kind: 'fault', where: nasty, error: nasty },
          { kind: 'discard', id: 1, reason: nasty, error: nasty, ageMs: 1, uses: 1 },
        ),
        keys,
      },
      { columns: 100, rows: 30 },
      plain,
    ).join('\n');
    expect(frame).not.toMatch(/[^\n\x20-\x7e…]/);
    expect(frame).toContain('try 1 failed in login: ?[2Jgone?; nothing opens any more');
  });

  it('is not shown in colours without colours, and is with them', () => {
    const size = { columns: 80, rows: 24 };
    expect(watchFrame(well, size, plain).join('')).not.toContain('\u001b');
    expect(watchFrame(well, size, pico.createColors(true)).join('')).toContain('\u001b[32m');
  });
});
