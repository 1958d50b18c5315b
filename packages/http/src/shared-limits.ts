import { type Budget, type BudgetHolder, ConnectionBudget, type Membership, OptionsError, type Permit } from '@pool/core';

/**
 * The limits that connections share: one for each origin, over its pool and the agents', and one over all origins. The permit of the
 * origin comes first: whoever waited for it while holding one of the other would keep other origins waiting, too.
 */
export class SharedLimits {
  readonly total: ConnectionBudget | undefined;
  readonly #origins = new Map<string, OriginLimit>();

  /** @throws OptionsError */
  constructor(maxTotal: number) {
    if (maxTotal !== Infinity && !(Number.isSafeInteger(maxTotal) && maxTotal >= 1)) {
      throw new OptionsError('maxTotal', `option 'maxTotal' must be an integer >= 1 or Infinity, not ${String(maxTotal)}`);
    }
    this.total = maxTotal === Infinity ? undefined : new ConnectionBudget({ max: maxTotal });
  }

  of(key: string, max: () => number): Budget {
    let limit = this.#origins.get(key);
    if (limit === undefined) {
      limit = new OriginLimit(new ConnectionBudget({ max: max() }), this.total);
      this.#origins.set(key, limit);
    }
    return limit;
  }

  /** Nobody uses this origin any more, as far as its pool knows; an agent may. */
  forget(key: string): void {
    if (this.#origins.get(key)?.isUnused === true) this.#origins.delete(key);
  }
}

class OriginLimit implements Budget {
  readonly #own: ConnectionBudget;
  readonly #total: ConnectionBudget | undefined;

  constructor(own: ConnectionBudget, total: ConnectionBudget | undefined) {
    this.#own = own;
    this.#total = total;
  }

  get isUnused(): boolean {
    return this.#own.inUse === 0 && this.#own.waiting === 0;
  }

  join(holder: BudgetHolder): Membership {
    const memberships = [this.#own.join(holder), this.#total?.join(holder)];
    return {
      // Both get a permit back, whichever of them takes it.
      offer: () => memberships.some((membership) => membership?.offer?.() === true),
      [Symbol.dispose]: () => {
        for (const membership of memberships) membership?.[Symbol.dispose]();
      },
    };
  }

  async reserve(request: { readonly holder: BudgetHolder; readonly signal: AbortSignal }): Promise<Permit> {
    const own = await this.#own.reserve(request);
    if (this.#total === undefined) return own;
    try {
      const total = await this.#total.reserve(request);
      return {
        [Symbol.dispose]: () => {
          total[Symbol.dispose]();
          own[Symbol.dispose]();
        },
      };
    } catch (error) {
      own[Symbol.dispose]();
      throw error;
    }
  }
}
