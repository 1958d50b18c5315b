import type { MailboxChange, MissedChanges } from './mailbox-change.ts';

interface Pending {
  readonly change: MailboxChange;
  /** The mod-sequence before it. */
  readonly changedSince: bigint | undefined;
}

interface Taker {
  readonly resolve: (result: IteratorResult<MailboxChange, undefined>) => void;
  readonly reject: (error: unknown) => void;
}

type End = { readonly error: unknown } | 'done';

/** Changes on their way to a loop. What a slow loop does not fetch is told in sum. */
export class ChangeQueue {
  readonly #maxPending: number;
  #pending: Pending[] = [];
  readonly #takers: Taker[] = [];
  #end: End | undefined = undefined;

  constructor(maxPending: number) {
    this.#maxPending = maxPending;
  }

  push(change: MailboxChange, changedSince: bigint | undefined): void {
    if (this.#end !== undefined) return;
    const taker = this.#takers.shift();
    if (taker !== undefined) return taker.resolve({ done: false, value: change });
    this.#pending.push({ change, changedSince });
    if (this.#pending.length > this.#maxPending) this.#sumUp();
  }

  take(): Promise<IteratorResult<MailboxChange, undefined>> {
    const next = this.#pending.shift();
    if (next !== undefined) return Promise.resolve({ done: false, value: next.change });
    const end = this.#end;
    if (end === undefined) return new Promise((resolve, reject) => this.#takers.push({ resolve, reject }));
    if (end === 'done') return Promise.resolve({ done: true, value: undefined });
    // It is told once; then the iteration is over.
    this.#end = 'done';
    return Promise.reject(end.error);
  }

  /** No more comes; what is there can still be taken. */
  finish(end: End): void {
    if (this.#end !== undefined) return;
    const [first, ...others] = this.#takers.splice(0);
    const error = end !== 'done' && first !== undefined;
    if (end !== 'done') first?.reject(end.error);
    else first?.resolve({ done: true, value: undefined });
    for (const { resolve } of others) resolve({ done: true, value: undefined });
    this.#end = error ? 'done' : end;
  }

  /** Nobody wants what is there. */
  clear(): void {
    this.#pending = [];
  }

  #sumUp(): void {
    // Who has not even heard that it started starts from there.
    const [first] = this.#pending;
    const started = first?.change.kind === 'started' ? [first] : [];
    const rest = this.#pending.slice(started.length);
    const changedSince = rest[0]?.changedSince;
    this.#pending = [
      ...started,
      {
        change: sum(
          rest.map(({ change }) => change),
          changedSince,
        ),
        changedSince,
      },
    ];
  }
}

/** As one change. What was missed before the mailbox was renumbered does not matter any more. */
function sum(changes: readonly MailboxChange[], changedSince: bigint | undefined): MissedChanges {
  const arrived = new Set<number>();
  let expunged = 0;
  let renumbered = false;
  for (const change of changes) {
    if (change.kind === 'arrived') for (const uid of change.uids) arrived.add(uid);
    else if (change.kind === 'expunged') {
      expunged += 1;
      if (change.uid !== undefined) arrived.delete(change.uid);
    } else if (change.kind === 'missed') {
      if (change.renumbered) {
        arrived.clear();
        expunged = 0;
        renumbered = true;
      }
      for (const uid of change.arrived) arrived.add(uid);
      expunged += change.expunged;
    }
  }
  return {
    kind: 'missed',
    why: 'fell-behind',
    arrived: [...arrived],
    expunged,
    renumbered,
    changedSince: renumbered ? undefined : changedSince,
  };
}
