import type { CloseReason } from '../connector.ts';
import { contain } from '../contain.ts';
import { StepTimeoutError } from '../errors.ts';
import * as answers from '../machine/answers.ts';
import type { Slot } from '../machine/slot.ts';
import { beside } from './beside.ts';
import { abortStep } from './check.ts';
import type { Runner } from './runner.ts';

/** Lets a connection go: `close` within its limit, then `destroy`. */
export async function close<T>(runner: Runner<T>, slot: Slot<T>): Promise<void> {
  const { connector } = runner;
  const { generation } = slot;
  const connection = slot.connection as T;
  const reason = (slot.reason ?? 'discarded') as CloseReason;
  if (connector.close === undefined || (isForced(runner, slot) && connector.destroy !== undefined)) {
    return finish(runner, slot, connection);
  }
  const controller = new AbortController();
  beside(slot).controller = controller;
  try {
    await connector.close(connection, { reason, graceful: slot.graceful, signal: controller.signal });
  } catch (error) {
    runner.fault('close', error);
    // It may be half closed: make sure.
    if (slot.generation === generation) return finish(runner, slot, connection);
  }
  if (slot.generation === generation) runner.input(() => answers.closed(runner.machine, slot, runner.now()));
}

/** Its holder did not give it back in time: it may be in the middle of anything, so there is no goodbye. */
function isForced<T>(runner: Runner<T>, slot: Slot<T>): boolean {
  return slot.reason === 'pool-closed' && !slot.graceful && runner.machine.state === 'closing';
}

/** Closing has outlasted its limit. */
export function closeOverdue<T>(runner: Runner<T>, slot: Slot<T>): void {
  const error = new StepTimeoutError('close', runner.options.closeTimeoutMs, runner.name);
  abortStep(slot, error);
  runner.fault('close', error);
  finish(runner, slot, slot.connection as T);
}

function finish<T>(runner: Runner<T>, slot: Slot<T>, connection: T): void {
  const { machine } = runner;
  const destroyed = destroyNow(runner, connection, 'close');
  runner.input(() => (destroyed ? answers.closed(machine, slot, runner.now()) : answers.abandoned(machine, slot, runner.now())));
}

/** True when nothing of it is left, as far as the connector can tell. */
export function destroyNow<T>(runner: Runner<T>, connection: T, where: string): boolean {
  const { connector } = runner;
  try {
    if (connector.destroy !== undefined) {
      contain(connector.destroy(connection), (error) => runner.fault('destroy', error));
      return true;
    }
    if (where === 'late') {
      const signal = AbortSignal.abort();
      const closing = connector.close?.(connection, { reason: 'late', graceful: false, signal });
      contain(closing, (error) => runner.fault('close', error));
      return true;
    }
    return connector.close === undefined;
  } catch (error) {
    runner.fault('destroy', error);
    return false;
  }
}
