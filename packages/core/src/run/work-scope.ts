import { WorkTimeoutError } from '../errors.ts';
import type { Lease, UseContext } from '../lease.ts';
import { Deadline } from '../machine/deadlines.ts';

/** The span of one piece of work given to `use` or `stream`: what may end it early, and whether something did. */
export class WorkScope<T> implements UseContext<T> {
  readonly lease: Lease<T>;
  /** Something ended the work before it settled: nobody knows where in the protocol it stopped. */
  aborted = false;
  // One is made for each use, and fields with a # would cost more than the scope: hence `private`.
  private reason: unknown = undefined;
  private controller: AbortController | undefined = undefined;
  private reject: ((reason: unknown) => void) | undefined = undefined;

  constructor(lease: Lease<T>) {
    this.lease = lease;
  }

  get signal(): AbortSignal {
    if (this.controller === undefined) {
      this.controller = new AbortController();
      if (this.aborted) this.controller.abort(this.reason);
    }
    return this.controller.signal;
  }

  /** Rejects when the work is ended early. */
  get ended(): Promise<never> {
    return new Promise((_, reject) => {
      this.reject = reject;
      if (this.aborted) reject(this.reason);
    });
  }

  abort(reason: unknown): void {
    if (this.aborted) return;
    this.aborted = true;
    this.reason = reason;
    this.controller?.abort(reason);
    this.reject?.(reason);
  }
}

/** `workTimeoutMs`, on the pool's one timer. */
export class WorkDeadline<T> extends Deadline {
  readonly scope: WorkScope<T>;
  readonly #poolName: string;

  constructor(scope: WorkScope<T>, limitMs: number, now: number, poolName: string) {
    super(limitMs, now + limitMs);
    this.scope = scope;
    this.#poolName = poolName;
  }

  passed(): void {
    this.scope.abort(new WorkTimeoutError(this.limitMs, this.#poolName));
  }
}
