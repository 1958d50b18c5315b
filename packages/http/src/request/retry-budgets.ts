import { type Backoff, OptionsError } from '@pool/core';
import type { Outcome } from '../exchange/verdicts.ts';

/**
 * How often one request may be sent again for each cause, on top of what is always safe. Idempotent requests whose body can be sent again,
 * unless `anyMethod`. A `Retry-After` of the server makes the delay longer than the backoff says, never shorter.
 */
export interface RetryBudgets {
  /** The connection failed on the request it was opened for, or in the middle of a response. Integer >= 0. @default 0 */
  readonly broken?: number;
  /** The response was no HTTP/1.1. Integer >= 0. @default 0 */
  readonly protocol?: number;
  /** No headers, or no more of them, within `headersTimeoutMs`. Integer >= 0. @default 0 */
  readonly timeout?: number;
  /** The server answered one of `statuses`. Integer >= 0. @default 0 */
  readonly status?: number;
  /** @default [429, 502, 503, 504] */
  readonly statuses?: readonly number[];
  /** Over all causes. Integer >= 0. @default the sum of the others */
  readonly total?: number;
  /** Also requests that are not idempotent. @default false */
  readonly anyMethod?: boolean;
  /** Delay before each. @default exponential() */
  readonly backoff?: Backoff;
}

/** Why a request may be sent again. */
export type RetryCause = 'broken' | 'protocol' | 'timeout' | 'status';

const causes: readonly RetryCause[] = ['broken', 'protocol', 'timeout', 'status'];
const known: ReadonlySet<string> = new Set([...causes, 'statuses', 'total', 'anyMethod', 'backoff']);

/** @throws OptionsError naming the option, its value and what is allowed */
export function checkBudgets(budgets: RetryBudgets): RetryBudgets {
  for (const name of Object.keys(budgets)) {
    if (!known.has(name))
      throw new OptionsError(`retry.${name}`, `unknown option 'retry.${name}'; known are ${[...known].join(', ')}`);
  }
  for (const name of [...causes, 'total'] as const) {
    const value = budgets[name];
    if (value !== undefined && !(Number.isSafeInteger(value) && value >= 0)) {
      throw new OptionsError(`retry.${name}`, `option 'retry.${name}' must be an integer >= 0, not ${String(value)}`);
    }
  }
  return budgets;
}

/** What is left of the budgets of one request. */
export class RetryAllowance {
  readonly #left: Record<RetryCause, number>;
  #total: number;

  constructor(budgets: RetryBudgets) {
    const { broken = 0, protocol = 0, timeout = 0, status = 0 } = budgets;
    this.#left = { broken, protocol, timeout, status };
    this.#total = budgets.total ?? broken + protocol + timeout + status;
  }

  /** Takes one off, if there is one. */
  take(cause: RetryCause): boolean {
    if (this.#left[cause] <= 0 || this.#total <= 0) return false;
    this.#left[cause]--;
    this.#total--;
    return true;
  }
}

export function causeOf(outcome: Outcome | undefined): RetryCause | undefined {
  switch (outcome) {
    case 'broken':
    case 'stale-reuse':
      return 'broken';
    case 'protocol':
    case 'timeout':
      return outcome;
    default:
      return undefined;
  }
}
