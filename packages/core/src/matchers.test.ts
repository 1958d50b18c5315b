import { describe, expect, it } from 'vitest';
import { ConnectionError, matches } from './index.ts';

describe('matches', () => {
  class Lost extends ConnectionError {}

  it('knows an error by its class, and by the classes it extends', () => {
    expect(matches(new TypeError('x'), [TypeError])).toBe(true);
    expect(matches(new Lost('x'), [RangeError, ConnectionError])).toBe(true);
    expect(matches(new Lost('x'), [Error])).toBe(true);
    expect(matches(new ConnectionError('x'), [Lost])).toBe(false);
    expect(matches('x', [Error])).toBe(false);
    expect(matches(new Error('x'), [])).toBe(false);
  });

  it('knows an error by a function that recognises it', () => {
    const refused = (error: unknown): boolean => (error as { code?: string }).code === 'ECONNREFUSED';
    expect(matches({ code: 'ECONNREFUSED' }, [TypeError, refused])).toBe(true);
    expect(matches({ code: 'EPIPE' }, [TypeError, refused])).toBe(false);
  });

  it('takes a matcher that throws for one that does not recognise it, tells why, and asks the next', () => {
    const faults: unknown[] = [];
    const broken = (): boolean => {
      throw new Error('matcher');
    };
    expect(matches(new Error('x'), [broken, Error], (fault) => faults.push(fault))).toBe(true);
    expect(matches(new Error('x'), [broken])).toBe(false);
    expect(faults).toEqual([new Error('matcher')]);
  });
});
