import { describe, expect, it } from 'vitest';
import { IdleLimit } from './idle-limit.ts';

/** What was said to each of these deaths, which were far enough apart. */
function deaths(limit: IdleLimit, ages: readonly number[], from = 1000): boolean[] {
  return ages.map((ageMs, index) => limit.died(ageMs, from + index * 1000));
}

const nothing = { known: false, estimateMs: Infinity, safeMs: Infinity, outlivedMs: Infinity, testAt: Infinity };

describe('the idle limit of a peer', () => {
  it('is not known at first, and then nothing is due for its sake', () => {
    expect(new IdleLimit()).toMatchObject(nothing);
  });

  it('is believed when three connections were closed at about the same age, and is the least of these', () => {
    const limit = new IdleLimit();
    expect(deaths(limit, [1050, 1000, 1100])).toEqual([false, false, true]);
    expect(limit).toMatchObject({ known: true, estimateMs: 1000, safeMs: 800, outlivedMs: 1500 });
  });

  it('is not believed while the ages differ by more than 15 percent', () => {
    const limit = new IdleLimit();
    expect(deaths(limit, [1000, 1160, 1000])).toEqual([false, false, false]);
    expect(limit).toMatchObject(nothing);
    // The one that does not agree is the oldest of the last three, then it is forgotten.
    expect(deaths(limit, [1000, 1000], 10_000)).toEqual([false, true]);
    expect(deaths(new IdleLimit(), [20, 23, 20])).toEqual([false, false, true]);
  });

  it('is learned from the last three only', () => {
    const limit = new IdleLimit();
    expect(deaths(limit, [5000, 40, 1000, 1000, 1000])).toEqual([false, false, false, false, true]);
    expect(limit.estimateMs).toBe(1000);
  });

  it('is not learned from connections that were closed right after they were used', () => {
    expect(deaths(new IdleLimit(), [19, 19, 19, 19])).toEqual([false, false, false, false]);
    expect(deaths(new IdleLimit(), [20, 20, 20])).toEqual([false, false, true]);
  });

  it('is not learned from a restart, which closes all at once', () => {
    const limit = new IdleLimit();
    for (const now of [0, 1, 50, 99]) expect(limit.died(500, now)).toBe(false);
    expect(limit.died(500, 100)).toBe(false);
    // Counted from the last death that was noted, not from the last there was.
    for (const now of [150, 199]) expect(limit.died(500, now)).toBe(false);
    expect(limit.died(500, 200)).toBe(true);
  });

  it('is news when it has changed by more than a twentieth, and followed in silence otherwise', () => {
    const limit = new IdleLimit();
    deaths(limit, [105, 105, 105]);
    expect(deaths(limit, [100], 10_000)).toEqual([false]);
    expect(limit).toMatchObject({ estimateMs: 100, safeMs: 80 });
    expect(deaths(limit, [94], 20_000)).toEqual([true]);
    // A longer one is believed when the shorter ages are forgotten.
    expect(deaths(limit, [108, 108, 108], 30_000)).toEqual([false, false, true]);
    expect(limit.estimateMs).toBe(108);
  });

  it('is put to the test after twenty times itself, and after a minute at least', () => {
    const limit = new IdleLimit();
    deaths(limit, [1000, 1000, 1000], 0);
    expect(limit.testAt).toBe(2000 + 60_000);
    const longer = new IdleLimit();
    deaths(longer, [10_000, 10_000, 10_000], 0);
    expect(longer.testAt).toBe(2000 + 200_000);
  });

  it('is forgotten with all that spoke for it', () => {
    const limit = new IdleLimit();
    deaths(limit, [1000, 1000, 1000]);
    limit.forget();
    expect(limit).toMatchObject(nothing);
    expect(deaths(limit, [1000, 1000, 1000], 10_000)).toEqual([false, false, true]);
  });

  it('lets the minimum be restored anew when it becomes known and when it is forgotten, not when it is seen again', () => {
    const limit = new IdleLimit();
    limit.replaced = 2;
    deaths(limit, [1000, 1000, 1000]);
    expect(limit.replaced).toBe(0);
    limit.replaced = 2;
    deaths(limit, [1000], 10_000);
    expect(limit.replaced).toBe(2);
    limit.forget();
    expect(limit.replaced).toBe(0);
  });
});
