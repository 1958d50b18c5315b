import type { CloseReason } from '../connector.ts';
import * as answers from '../machine/answers.ts';
import type { Effect } from '../machine/effects.ts';
import type { Slot } from '../machine/slot.ts';
import { State } from '../machine/transitions.ts';
import { type Beside, beside } from './beside.ts';
import type { Caller } from './caller.ts';
import { ping, reset, stepOverdue } from './check.ts';
import { close, closeOverdue } from './close.ts';
import { closedError, takenBack } from './describe.ts';
import { answer, refuse } from './lend.ts';
import { neutrally } from './neutral.ts';
import { openFailed, startOpening } from './open.ts';
import { retryIfUnused } from './retry-delay.ts';
import type { Runner } from './runner.ts';
import type { WorkDeadline } from './work-scope.ts';

/** Does one thing the machine wants done. */
export function perform<T>(runner: Runner<T>, effect: Effect<T, Caller<T>>): void {
  switch (effect.kind) {
    case 'reserve':
      return startReserving(runner, effect.slot);
    case 'unreserve':
      return beside(effect.slot).controller?.abort();
    case 'open':
      return neutrally(startOpening(runner, effect.slot));
    case 'ping':
      return neutrally(() => effect.slot.state === State.checking && ping(runner, effect.slot));
    case 'reset':
      return neutrally(() => effect.slot.state === State.resetting && reset(runner, effect.slot));
    case 'close':
      return startClosing(runner, effect.slot);
    case 'overdue':
      // What was performed before this may have ended it.
      return effect.generation === effect.slot.generation ? overdue(runner, effect.slot) : undefined;
    case 'cancel':
      return beside(effect.slot).controller?.abort(closedError(runner));
    case 'gone':
      return runner.reservations?.release(effect.slot);
    case 'retiring':
      return askBack(beside(effect.slot));
    case 'leak':
      return runner.leaks.report(effect.slot);
    case 'refuse':
      return refuse(runner, effect.waiter, effect.why);
    case 'ready':
      answer(runner, effect.waiter, (caller) => caller.onReady());
      return;
    case 'overwork':
      return (effect.work as WorkDeadline<T>).passed();
    case 'notice': {
      const { code, detail } = effect;
      return runner.emit('notice', () => [{ code, detail }]);
    }
    case 'closed':
      return runner.finish();
  }
}

/** Also when its holder has not asked for the signal yet: it may do so later. */
function askBack<T>(notes: Beside<T>): void {
  notes.retiring ??= new AbortController();
  notes.noted = true;
  notes.retiring.abort();
}

function startReserving<T>(runner: Runner<T>, slot: Slot<T>): void {
  const controller = new AbortController();
  beside(slot).controller = controller;
  neutrally(() => void runner.reservations?.reserve(slot, controller.signal));
}

function startClosing<T>(runner: Runner<T>, slot: Slot<T>): void {
  const notes = beside(slot);
  const { error } = slot;
  const reason = (slot.reason ?? 'discarded') as CloseReason;
  const info = runner.info(slot);
  notes.controller?.abort(error);
  notes.controller = undefined;
  runner.hooks.unguard(slot);
  runner.hooks.unwatch(slot);
  runner.untrack(slot);
  notes.retiring?.abort();
  // Only when the pool took the connection back by force: work that ended by itself has left its scope.
  notes.scope?.abort(takenBack(runner, reason));
  notes.scope = undefined;
  runner.emit('discard', () => [{ ...info, reason, ...(error === undefined ? {} : { error }) }]);
  neutrally(() => void close(runner, slot));
}

/** What this slot is doing has outlasted its limit: answers in its place. */
function overdue<T>(runner: Runner<T>, slot: Slot<T>): void {
  switch (slot.state) {
    case State.opening: {
      const { openTimeoutMs } = runner.options;
      const notes = beside(slot);
      const { controller } = notes;
      const step = notes.opening?.hook === undefined ? 'opening' : `the init hook ${notes.opening.hook}`;
      const limit = `${openTimeoutMs} ms (openTimeoutMs, for open and init hooks together)`;
      const cause = new Error(`${step} did not finish within ${limit}`);
      openFailed(runner, slot, cause, 'POOL_OPEN_TIMEOUT');
      controller?.abort(cause);
      return;
    }
    case State.checking:
      return answers.disproved(runner.machine, slot, stepOverdue(runner, 'ping'), runner.now(), retryIfUnused(runner, slot));
    case State.resetting:
      return answers.uncleaned(runner.machine, slot, stepOverdue(runner, 'reset'), runner.now());
    case State.closing:
      return closeOverdue(runner, slot);
    default:
    // Something else has ended it meanwhile.
  }
}
