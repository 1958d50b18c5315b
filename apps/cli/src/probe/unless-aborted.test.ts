import { describe, expect, it } from 'vitest';
import { unlessAborted } from './unless-aborted.ts';

describe('unlessAborted', () => {
  it('gives what the work gives', async () => {
    const { signal } = new AbortController();
    expect(await unlessAborted(Promise.resolve('found'), signal)).toBe('found');
    await expect(unlessAborted(Promise.reject(new Error('no such host')), signal)).rejects.toThrow('no such host');
  });

  it('does not wait for work that never ends', async () => {
    const controller = new AbortController();
    const outcome = unlessAborted(new Promise(() => {}), controller.signal);
    controller.abort(new Error('too long'));
    await expect(outcome).rejects.toThrow('too long');
  });
});
