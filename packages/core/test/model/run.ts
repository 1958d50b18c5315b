import { behave, closeAll } from './behave.ts';
import { randomStep, startClosing, userInput } from './inputs.ts';
import { check } from './invariants.ts';
import type { Kind } from './scenario.ts';
import { World } from './world.ts';

/** A pool's whole life: chance, then a world that behaves, then chance again, then the end. Everything follows from the seed. */
export function runModel(seed: number, steps: number, kind: Kind = 'small', trace?: string[]): World {
  const world = new World(seed, kind);
  world.trace = trace;
  world.nested = userInput;
  const { random } = world;
  const every = kind === 'large' ? 7 : 1;
  check(world);
  for (let step = 1; step <= steps; step++) {
    randomStep(world);
    if (step % every === 0) check(world);
    if (step === Math.floor(steps / 2) || step === steps) {
      check(world);
      behave(world);
    }
  }
  if (random.chance(0.5)) for (let step = 0; step < 20; step++) randomStep(world);
  const drainMs = random.pick([0, 50, Infinity]);
  if (random.chance(0.5)) {
    startClosing(world, drainMs);
    for (let step = 0; step < 20; step++) {
      randomStep(world);
      check(world);
    }
  }
  closeAll(world, drainMs);
  check(world);
  return world;
}

/** As above; a failure says how to see it again, and what happened before. */
export function runSeed(seed: number, steps: number, kind: Kind = 'small'): void {
  try {
    runModel(seed, steps, kind);
  } catch {
    const trace: string[] = [];
    try {
      runModel(seed, steps, kind, trace);
    } catch (error) {
      const last = trace.slice(-60).join('\n');
      const about = `MODEL_SEED=${seed} MODEL_LIVES=1 MODEL_STEPS=${steps}${kind === 'small' ? '' : ` MODEL_KIND=${kind}`}`;
      const again = `${about} npx vitest run packages/core/test/model.test.ts`;
      throw new Error(`seed ${seed}: ${(error as Error).message}\n${again}\n${last}`, { cause: error });
    }
    throw new Error(`seed ${seed} failed once and not again: the model is not deterministic`);
  }
}
