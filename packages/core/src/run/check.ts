import { StepTimeoutError } from '../errors.ts';
import * as answers from '../machine/answers.ts';
import type { Slot } from '../machine/slot.ts';
import { beside } from './beside.ts';
import { retryIfUnused } from './retry-delay.ts';
import type { Runner } from './runner.ts';

/** Proves an idle connection alive. */
export function ping<T>(runner: Runner<T>, slot: Slot<T>): void {
  const ask = runner.ping;
  void serve(runner, slot, ask, {
    done: () => answers.proved(runner.machine, slot, runner.now()),
    failed: (error) => answers.disproved(runner.machine, slot, error, runner.now(), retryIfUnused(runner, slot)),
  });
}

/** Makes a returned connection clean. */
export function reset<T>(runner: Runner<T>, slot: Slot<T>): void {
  const clean = runner.connector.reset?.bind(runner.connector);
  void serve(runner, slot, clean, {
    done: () => answers.cleaned(runner.machine, slot, runner.hooks.tag(slot.connection as T), runner.now()),
    failed: (error) => answers.uncleaned(runner.machine, slot, error, runner.now()),
  });
}

async function serve<T>(
  runner: Runner<T>,
  slot: Slot<T>,
  step: Runner<T>['ping'],
  answer: { readonly done: () => void; readonly failed: (error: unknown) => void },
): Promise<void> {
  const { generation } = slot;
  const connection = slot.connection as T;
  const controller = new AbortController();
  const notes = beside(slot);
  notes.controller = controller;
  runner.hooks.unguard(slot);
  let failure: { readonly error: unknown } | undefined;
  try {
    await step?.(connection, { signal: controller.signal });
    if (!runner.hooks.isAlive(connection)) failure = { error: new Error('the connection is not alive after its ping or reset') };
  } catch (error) {
    failure = { error };
  }
  // It outlasted its limit, or the pool was closed: somebody answered for it.
  if (slot.generation !== generation) return;
  notes.controller = undefined;
  if (failure === undefined) runner.input(answer.done);
  else runner.input(() => answer.failed((failure as { readonly error: unknown }).error));
  runner.hooks.guardIdle(slot);
}

/** The step has outlasted its limit. Its signal aborts when its connection is closed, not before: the abort may break it. */
export function stepOverdue<T>(runner: Runner<T>, step: 'ping' | 'reset'): StepTimeoutError {
  const limitMs = step === 'ping' ? runner.options.pingTimeoutMs : runner.options.resetTimeoutMs;
  return new StepTimeoutError(step, limitMs, runner.name);
}

export function abortStep<T>(slot: Slot<T>, reason: unknown): void {
  const notes = beside(slot);
  const { controller } = notes;
  notes.controller = undefined;
  controller?.abort(reason);
}
