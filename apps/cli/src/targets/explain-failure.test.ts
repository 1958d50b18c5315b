import { OpenError } from '@pool/core';
import { describe, expect, it } from 'vitest';
import { explainFailure } from './explain-failure.ts';

describe('explainFailure', () => {
  it('finds the reason people know, however deep it is', () => {
    const refused = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
    const error = new Error('gave up', { cause: new Error('cannot open', { cause: refused }) });
    expect(explainFailure(error)).toBe('connection refused (ECONNREFUSED)');
  });

  it('says what the error says otherwise, in one line', () => {
    expect(explainFailure(new Error('the first line\n  and the second'))).toBe('the first line');
    expect(explainFailure(Object.assign(new Error(''), { code: 'ESTRANGE' }))).toBe('ESTRANGE');
    expect(explainFailure('a string')).toBe('a string');
  });

  it('says what failed, not that a pool could not open a connection for it', () => {
    const details = { code: 'POOL_OPEN_FAILED', step: 'open', hook: undefined, attempt: 1 } as const;
    expect(explainFailure(new OpenError("pool 'x' could not …", 'x', details, { cause: new Error('too full') }))).toBe(
      'too full',
    );
    expect(explainFailure(new OpenError("pool 'x' could not …", 'x', details))).toBe("pool 'x' could not …");
  });

  it('comes to an end with causes that go in circles', () => {
    const error = new Error('round');
    error.cause = error;
    expect(explainFailure(error)).toBe('round');
  });
});
