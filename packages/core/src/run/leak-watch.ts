import type { Lease } from '../lease.ts';
import type { Slot } from '../machine/slot.ts';
import { State } from '../machine/transitions.ts';
import { type Beside, beside } from './beside.ts';
import { Nesting } from './nesting.ts';
import { PoolLease } from './pool-lease.ts';
import type { Runner } from './runner.ts';
import { discard } from './take-back.ts';

/** Leases that do not come back: reports them, and takes back those that nobody has any more. */
export class LeakWatch<T> {
  /** Remember of each lease where it was acquired (a leak was suspected) or by whom (`nestedCheck`). */
  tracks: boolean;
  readonly nesting: Nesting<T> | undefined;
  readonly #runner: Runner<T>;
  /** Capturing a stack costs fifty times a lease, so it is done only for a while after a leak. */
  #capturesUntil = -Infinity;

  constructor(runner: Runner<T>, nestedCheck: boolean) {
    this.#runner = runner;
    this.nesting = nestedCheck ? Nesting.start() : undefined;
    this.tracks = this.nesting !== undefined;
  }

  /** Where a lease is acquired, while that is worth its cost. */
  site(): Error | undefined {
    return this.tracks && this.#runner.now() <= this.#capturesUntil ? new Error('acquired here') : undefined;
  }

  /** Remembers something about a lease. */
  note(lease: Lease<T>, about: Partial<Pick<Beside<T>, 'label' | 'site' | 'place'>>): void {
    Object.assign(beside(PoolLease.slotOf(lease as PoolLease<T>)), about, { noted: true });
  }

  calmDown(now: number): void {
    if (now > this.#capturesUntil) this.tracks = this.nesting !== undefined;
  }

  report(slot: Slot<T>): void {
    this.tracks = true;
    this.#capturesUntil = this.#runner.now() + 10 * this.#runner.options.leakAfterMs;
    if (!this.#reclaim(slot)) this.#announce(slot, false);
  }

  reclaimDropped(): void {
    for (const slot of this.#runner.machine.slots.leasedSlots()) this.#reclaim(slot);
  }

  /** True when nobody has the lease any more. Its connection may be in the middle of anything: it is replaced. */
  #reclaim(slot: Slot<T>): boolean {
    const { tokenRef, token } = beside(slot);
    if (slot.state !== State.leased || token !== undefined || tokenRef === undefined) return false;
    if (tokenRef.deref() !== undefined) return false;
    this.#announce(slot, true);
    discard(this.#runner, slot, 'leaked', undefined);
    return true;
  }

  #announce(slot: Slot<T>, dropped: boolean): void {
    const runner = this.#runner;
    const { label, site } = beside(slot);
    const heldMs = runner.now() - slot.since;
    runner.emit('leak', () => [{ ...runner.info(slot), heldMs, label, stack: site?.stack, dropped }]);
  }
}
