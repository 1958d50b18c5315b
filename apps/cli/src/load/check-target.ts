import { failure } from '../cli-error.ts';
import { explainFailure } from '../targets/explain-failure.ts';
import type { Target } from '../targets/target.ts';
import { EachNew } from '../ways/each-new.ts';

/** One request, so that a target that cannot work is told at once, and in words. @throws CliError */
export async function checkTarget<T>(target: Target<T>, timeoutMs: number): Promise<void> {
  await using way = new EachNew(target, timeoutMs);
  try {
    await way.ask();
  } catch (error) {
    throw failure(`${target.name}: ${explainFailure(error)}`, error);
  }
}
