import type { Budget, BudgetHolder, Membership, Permit } from './budget.ts';
import { checked } from './options.ts';

interface Reservation {
  readonly grant: () => void;
}

/** A pool, as this budget knows it. */
class Member {
  readonly holder: BudgetHolder;
  /** Its reservations that wait, first come first served. */
  readonly line = new Set<Reservation>();
  /** It was heard of since it was last considered for giving something. */
  isActive = false;

  constructor(holder: BudgetHolder) {
    this.holder = holder;
  }
}

/**
 * At most `max` connections at once, over every pool that joined. Pools that wait take turns; they get the idle connections that
 * other pools hold above their `min`, and, once in a while, one that its pool would have lent to a caller of its own.
 */
export class ConnectionBudget implements Budget {
  readonly max: number;
  readonly #members = new WeakMap<BudgetHolder, Member>();
  /** Those with reservations that wait, in the order of their turns. */
  readonly #turns = new Set<Member>();
  /** Those that may have idle connections to give. Who was asked in vain is taken out, so nobody is asked in vain twice. */
  readonly #spares = new Set<Member>();
  /** Goes round among them for ever, so that what was passed is not met again each time. */
  #hand = this.#spares.values();
  #inUse = 0;
  #waiting = 0;
  /** Connections that are being closed for those who wait, and whose permits have not come back yet. */
  #coming = 0;

  /** @throws OptionsError */
  constructor(options: { readonly max: number }) {
    this.max = checked('max', options.max, Number.isSafeInteger(options.max) && options.max >= 1, 'an integer >= 1');
  }

  /** Permits out. */
  get inUse(): number {
    return this.#inUse;
  }

  /** Reservations that wait. */
  get waiting(): number {
    return this.#waiting;
  }

  join(holder: BudgetHolder): Membership {
    const member = this.#member(holder);
    return {
      offer: () => this.#takes(member),
      [Symbol.dispose]: () => this.#spares.delete(member),
    };
  }

  reserve(request: { readonly holder: BudgetHolder; readonly signal: AbortSignal }): Permit | Promise<Permit> {
    const { holder, signal } = request;
    const member = this.#member(holder);
    if (this.#inUse < this.max && this.#waiting === 0) return this.#permit(member);
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason);
      const leave = (): void => {
        this.#leaveLine(member, reservation);
        reject(signal.reason);
      };
      const reservation: Reservation = {
        grant: () => {
          signal.removeEventListener('abort', leave);
          resolve(this.#permit(member));
        },
      };
      signal.addEventListener('abort', leave, { once: true });
      member.line.add(reservation);
      this.#turns.add(member);
      this.#waiting++;
      this.#collect();
    });
  }

  #member(holder: BudgetHolder): Member {
    let member = this.#members.get(holder);
    if (member === undefined) {
      member = new Member(holder);
      this.#members.set(holder, member);
    }
    return member;
  }

  #leaveLine(member: Member, reservation: Reservation): void {
    member.line.delete(reservation);
    this.#waiting--;
    if (member.line.size === 0) this.#turns.delete(member);
  }

  /** Its turn is over: others first. */
  #toTheEnd(member: Member): void {
    if (this.#turns.delete(member)) this.#turns.add(member);
  }

  #permit(member: Member): Permit {
    this.#inUse++;
    let held = true;
    return {
      [Symbol.dispose]: () => {
        if (!held) return;
        held = false;
        this.#giveBack(member);
      },
    };
  }

  #giveBack(member: Member): void {
    this.#inUse--;
    if (this.#coming > 0) this.#coming--;
    // Who had one until now does not get it back while others wait.
    this.#toTheEnd(member);
    for (const next of this.#turns) {
      if (this.#inUse >= this.max) break;
      const [reservation] = next.line;
      if (reservation === undefined) continue;
      this.#leaveLine(next, reservation);
      this.#toTheEnd(next);
      reservation.grant();
    }
    this.#collect();
  }

  /** How many others than this pool want a connection, beyond those that will get what is coming. */
  #wantedFrom(member: Member): number {
    return this.#waiting - this.#coming - member.line.size;
  }

  #takes(member: Member): boolean {
    if (this.#wantedFrom(member) > 0) {
      this.#coming++;
      return true;
    }
    member.isActive = this.#spares.has(member);
    this.#spares.add(member);
    return false;
  }

  /** Those who wait get what others have idle, from pools that have not been active. What is lent is offered as it comes back. */
  #collect(): void {
    // Who was active is passed over once: after two rounds everybody has been asked.
    for (let looks = 2 * this.#spares.size; looks > 0 && this.#waiting > this.#coming; looks--) {
      if (this.#spares.size === 0) return;
      const member = this.#nextSpare();
      const count = member.isActive ? 0 : this.#wantedFrom(member);
      member.isActive = false;
      if (count <= 0) continue;
      // Counted first: permits may be back before the call is.
      this.#coming += count;
      const shed = member.holder.shed(count);
      this.#coming -= count - shed;
      if (shed < count) this.#spares.delete(member);
    }
  }

  #nextSpare(): Member {
    const next = this.#hand.next();
    if (next.done !== true) return next.value;
    this.#hand = this.#spares.values();
    return this.#nextSpare();
  }
}
