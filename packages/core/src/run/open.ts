import type { OpenContext, OpenVerdict } from '../connector.ts';
import { refusePromise } from '../contain.ts';
import { isPoolError, OpenError } from '../errors.ts';
import * as answers from '../machine/answers.ts';
import { broken } from '../machine/breaking.ts';
import type { Slot } from '../machine/slot.ts';
import { State } from '../machine/transitions.ts';
import { matches } from '../matchers.ts';
import { beside } from './beside.ts';
import { destroyNow } from './close.ts';
import { retryDelay, retryIfUnused } from './retry-delay.ts';
import type { Runner } from './runner.ts';

/** Opens one connection and makes it ready: the connector's `open`, then every init hook, all under one limit. */
async function open<T>(runner: Runner<T>, slot: Slot<T>, signal: AbortSignal): Promise<void> {
  const { generation } = slot;
  const notes = beside(slot);
  const context: OpenContext = { signal, attempt: slot.attempt, poolName: runner.name };
  const current = (): boolean => slot.generation === generation;
  let connection: T | undefined;
  try {
    signal.throwIfAborted();
    connection = await runner.connector.open(context);
    // The limit passed meanwhile and the slot was given up. The connection is nobody's: it must not stay open.
    if (!current()) return late(runner, connection);
    // From here on, whatever goes wrong has a connection to close.
    notes.opening = { step: 'init', hook: undefined, connection };
    runner.track(slot, connection);
    signal.throwIfAborted();
    for (const hook of runner.initHooks) {
      notes.opening = { step: 'init', hook: hook.name || undefined, connection };
      await hook(connection, context);
      if (!current()) return;
      signal.throwIfAborted();
    }
  } catch (error) {
    if (current()) openFailed(runner, slot, error, 'POOL_OPEN_FAILED');
    return;
  }
  opened(runner, slot, connection);
}

function opened<T>(runner: Runner<T>, slot: Slot<T>, connection: T): void {
  const notes = beside(slot);
  notes.opening = undefined;
  notes.controller = undefined;
  const durationMs = runner.now() - slot.since;
  let dead: { readonly error: unknown } | undefined;
  try {
    const unwatch = runner.connector.watch?.(connection, (error) => {
      if (slot.connection === undefined) dead ??= { error };
      else runner.input((machine, now) => broken(machine, slot, error, now, retryIfUnused(runner, slot)));
    });
    const wrong = refusePromise(unwatch, 'watch', 'a function that ends it');
    if (wrong !== undefined) throw wrong;
    notes.unwatch = unwatch;
  } catch (error) {
    runner.fault('watch', error);
  }
  // It may have died while it was made ready, which only the watch sees.
  if (dead !== undefined) {
    notes.opening = { step: 'init', hook: undefined, connection };
    const error = (dead as { readonly error: unknown }).error ?? new Error('the connection broke before it was ready');
    return openFailed(runner, slot, error, 'POOL_OPEN_FAILED');
  }
  const tag = runner.hooks.tag(connection);
  // What is fatal stays so, and is told to every caller.
  if (!runner.machine.probing.fatal) runner.lastOpenError = undefined;
  runner.input(() => answers.opened(runner.machine, slot, connection, tag, runner.now()));
  runner.emit('open', () => [{ ...runner.info(slot), durationMs, attempt: slot.attempt }]);
  runner.hooks.guardIdle(slot);
}

/** Also for an opening that outlasted its limit, whatever it is still doing. */
export function openFailed<T>(runner: Runner<T>, slot: Slot<T>, cause: unknown, code: OpenError['code']): void {
  const { machine, name } = runner;
  const notes = beside(slot);
  const { step, hook, connection } = notes.opening ?? { step: 'open', hook: undefined, connection: undefined };
  notes.opening = undefined;
  const cancelled = machine.state === 'closing' || machine.state === 'closed';
  const what = step === 'open' ? 'open a connection' : `make a connection ready${hook === undefined ? '' : ` in ${hook}`}`;
  const error = new OpenError(
    `pool '${name}' could not ${what} (attempt ${slot.attempt}): ${messageOf(cause)}`,
    name,
    { code, step, hook, attempt: slot.attempt },
    { cause },
  );
  const { attempt } = slot;
  const retryInMs = retryDelay(runner, machine.probing.failures + 1);
  const verdict = verdictOf(runner, cause);
  if (!cancelled) runner.lastOpenError = error;
  runner.input(() => answers.openFailed(machine, slot, { error, verdict, retryInMs, connection, cancelled }, runner.now()));
  if (cancelled) return;
  const opensAt = machine.probing.opensAt();
  const waitMs = opensAt === Infinity ? undefined : Math.max(0, opensAt - runner.now());
  runner.emit('openError', () => [{ error, attempt, retryInMs: waitMs }]);
  if (typeof verdict === 'object') {
    runner.emit('notice', () => [{ code: 'limitForMs' in verdict ? 'capacity' : 'paused', detail: { ...verdict, error } }]);
  }
}

function late<T>(runner: Runner<T>, connection: T): void {
  runner.machine.totals.opened++;
  runner.machine.totals.closedFor('late');
  destroyNow(runner, connection, 'late');
}

function verdictOf<T>(runner: Runner<T>, error: unknown): OpenVerdict {
  const { connector, options } = runner;
  if (matches(error, options.rejectOn, (fault) => runner.fault('rejectOn', fault))) return 'fatal';
  try {
    const verdict = connector.openVerdict?.(error) ?? (isPoolError(error) ? error.openVerdict : undefined) ?? 'retry';
    if (isVerdict(verdict)) return verdict;
    throw refusePromise(verdict, 'openVerdict', 'a verdict') ?? new TypeError(`openVerdict answered ${String(verdict)}`);
  } catch (fault) {
    runner.fault('openVerdict', fault);
  }
  return 'retry';
}

function isVerdict(verdict: unknown): verdict is OpenVerdict {
  if (verdict === 'retry' || verdict === 'fatal') return true;
  if (typeof verdict !== 'object' || verdict === null) return false;
  const ms = 'limitForMs' in verdict ? verdict.limitForMs : 'pauseMs' in verdict ? verdict.pauseMs : undefined;
  return typeof ms === 'number' && ms >= 0;
}

function messageOf(error: unknown): string {
  try {
    return error instanceof Error ? error.message || error.name : String(error);
  } catch {
    return 'something that cannot be printed';
  }
}

/** Starts an opening the machine asked for. */
export function startOpening<T>(runner: Runner<T>, slot: Slot<T>): () => void {
  const controller = new AbortController();
  beside(slot).controller = controller;
  return () => {
    if (slot.state === State.opening) void open(runner, slot, controller.signal);
  };
}
