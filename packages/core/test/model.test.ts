import { describe, expect, it } from 'vitest';
import { Random } from './model/random.ts';
import { runModel, runSeed } from './model/run.ts';
import type { Kind } from './model/scenario.ts';

// A life that failed is seen again as the failure says. Other lives are tried with another MODEL_SEED (the first of them), more of
// them with MODEL_LIVES, longer ones with MODEL_STEPS, one kind of them with MODEL_KIND.
const { MODEL_SEED, MODEL_STEPS, MODEL_LIVES, MODEL_KIND } = process.env;
const chosen = MODEL_SEED !== undefined && MODEL_KIND === undefined ? 'small' : MODEL_KIND;

/** The number of steps taken. */
function live(lives: number, steps: number, kind: Kind): number {
  const first = Number(MODEL_SEED ?? 1);
  const count = Number(MODEL_LIVES ?? lives);
  const length = Number(MODEL_STEPS ?? steps);
  for (let seed = first; seed < first + count; seed++) runSeed(seed, length, kind);
  return count * length;
}

describe('the state machine, driven by chance', () => {
  const those = (kind: Kind) => it.skipIf(chosen !== undefined && chosen !== kind);
  const asUsual = MODEL_LIVES === undefined && MODEL_STEPS === undefined;

  those('small')('keeps every promise in a million steps', { timeout: 300_000 }, () => {
    expect(live(3500, 300, 'small')).toBeGreaterThan(asUsual ? 1_000_000 : 0);
  });

  those('large')('keeps them in large pools', { timeout: 300_000 }, () => {
    expect(live(80, 3000, 'large')).toBeGreaterThan(0);
  });

  those('learning')('keeps them while it learns when the peer closes what idles', { timeout: 300_000 }, () => {
    expect(live(200, 1500, 'learning')).toBeGreaterThan(0);
  });

  it('lives the same life again for the same seed', () => {
    const lives = [1, 2].map(() => {
      const trace: string[] = [];
      runModel(7, 300, 'small', trace);
      // Callers are numbered through all lives.
      return trace.map((line) => line.replace(/ (want|leave|refuse|ready) \d+/, ' $1'));
    });
    expect(lives[0]).toEqual(lives[1]);
    expect(lives[0]?.length).toBeGreaterThan(300);
  });

  it('draws its numbers from 0 up to 1, evenly enough', () => {
    const random = new Random(1);
    const tenths = new Array<number>(10).fill(0);
    for (let draw = 0; draw < 100_000; draw++) {
      const tenth = Math.floor(random.next() * 10);
      tenths[tenth] = (tenths[tenth] ?? Number.NaN) + 1;
    }
    for (const count of tenths) expect(Math.abs(count - 10_000)).toBeLessThan(500);
  });
});
