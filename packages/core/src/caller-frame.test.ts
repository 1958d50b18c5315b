import { describe, expect, it } from 'vitest';
import { callerFrame } from './caller-frame.ts';

const own = new URL('pool.ts', import.meta.url);

describe('where the caller’s code begins', () => {
  it.each([
    ['V8', 'new Promise (<anonymous>)', `${own.href}:1:1`, 'job (file:///app/job.ts:7:9)'],
    ['JavaScriptCore', 'new Promise (native:1:11)', `${own.pathname}:1:1`, 'job (/app/job.ts:7:9)'],
    ['JavaScriptCore with source maps', 'Promise (native)', `${own.pathname}:1:1`, 'job (/app/job.ts:7:9)'],
  ])('is behind the frames of the pool and of the engine in a stack of %s', (_, engine, pool, job) => {
    const stack = ['Error: acquired here', `acquire (${pool})`, engine, `acquire (${pool})`, job, 'main (/app/main.ts:1:1)'];
    expect(callerFrame(stack.join('\n    at '))).toBe(`at ${job}`);
  });

  it('is unknown when there is no stack, or nothing in it', () => {
    expect(callerFrame(undefined)).toBeUndefined();
    expect(callerFrame('Error: acquired here')).toBeUndefined();
  });
});
