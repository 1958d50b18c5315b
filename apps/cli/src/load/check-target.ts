import { failure } from '../cli-error.ts';
import { explainFailure } from '../targets/explain-failure.ts';
import type { AskedTarget } from '../targets/parse-target.ts';

/** One request, so that a target that cannot work is told at once, and in words. @throws CliError */
export async function checkTarget({ name, ways }: AskedTarget, timeoutMs: number): Promise<void> {
  await using way = ways.eachNew(timeoutMs);
  try {
    await way.ask();
  } catch (error) {
    throw failure(`${name}: ${explainFailure(error)}`, error);
  }
}
