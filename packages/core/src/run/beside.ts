import type { Permit } from '../budget.ts';
import type { Slot } from '../machine/slot.ts';
import type { LeaseToken } from './pool-lease.ts';
import type { WorkScope } from './work-scope.ts';

/** Where a caller stood. Not the caller itself: that would keep the lease it was given from ever being found dropped. */
export interface Place {
  readonly arrival: number;
  readonly askedAt: number;
  readonly limitMs: number;
  readonly lane: number;
  readonly prefer: readonly (string | undefined)[] | undefined;
}

/** What `run/` remembers beside a slot. */
export class Beside<T> {
  /** Ends the step under way: opening, ping, reset, close. */
  controller: AbortController | undefined = undefined;
  /** How far an opening has come. */
  opening: { readonly step: 'open' | 'init'; readonly hook: string | undefined; readonly connection: T | undefined } | undefined =
    undefined;
  permits: readonly Permit[] | undefined = undefined;
  unwatch: (() => void) | undefined = undefined;
  /** The connector's `onIdle` was called last, not its `onLend`. */
  guarded = false;
  /** Made when a holder asks for `lease.retiring`. */
  retiring: AbortController | undefined = undefined;
  /** Here while the connection is not lent; its lease has it otherwise. When that is dropped, nobody has it. */
  token: LeaseToken<T> | undefined = undefined;
  tokenRef: WeakRef<LeaseToken<T>> | undefined = undefined;
  /** There is something to forget when the present lease ends. */
  noted = false;
  /** Of the present lease. */
  label: string | undefined = undefined;
  /** Where the present lease was acquired; its stack is formatted only when read. */
  site: Error | undefined = undefined;
  scope: WorkScope<T> | undefined = undefined;
  /** The place in the queue that the present lease was served from; undefined when it was got at once. */
  place: Place | undefined = undefined;
}

export function beside<T>(slot: Slot<T>): Beside<T> {
  return (slot.beside as Beside<T> | undefined) ?? begin(slot);
}

function begin<T>(slot: Slot<T>): Beside<T> {
  const notes = new Beside<T>();
  slot.beside = notes;
  return notes;
}
