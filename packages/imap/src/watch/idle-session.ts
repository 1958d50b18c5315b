import { ConnectionError } from '@pool/core';
import type { ExistsEvent, ExpungeEvent, FlagsEvent, ImapFlow } from 'imapflow';
import { isUsable } from '../connection/is-usable.ts';
import { Bell } from './bell.ts';
import type { ChangeQueue } from './change-queue.ts';
import type { MailboxState } from './mailbox-change.ts';
import type { ResolvedWatchOptions } from './watch-options.ts';
import { within } from './within.ts';

/** Servers that end IDLE at once, or refuse it, are asked again after this, in milliseconds. */
const refusedPauseMs = 1_000;

/** One connection that watches one mailbox, which is selected and locked. It tells what happens until it is stopped, or lost. */
export class IdleSession implements Disposable {
  readonly #client: ImapFlow;
  readonly #queue: ChangeQueue;
  readonly #options: ResolvedWatchOptions;
  readonly #bell = new Bell();
  #state: MailboxState;
  #arrivals = false;
  #stopped = false;
  #reselect = false;

  /** @throws ConnectionError when nothing is selected any more */
  constructor(client: ImapFlow, queue: ChangeQueue, options: ResolvedWatchOptions) {
    this.#client = client;
    this.#queue = queue;
    this.#options = options;
    this.#state = stateOf(client);
    client.on('exists', this.#onExists);
    client.on('expunge', this.#onExpunge);
    client.on('flags', this.#onFlags);
    client.on('mailboxClose', this.#onMailboxClose);
    client.on('close', this.#ring);
  }

  /** As far as it was told. */
  get state(): MailboxState {
    return this.#state;
  }

  /** It began, or goes on where another one had to leave off at `before`. */
  async announce(before: MailboxState | undefined): Promise<void> {
    const mailbox = this.#state;
    if (before === undefined) return this.#queue.push({ kind: 'started', mailbox }, mailbox.highestModseq);
    const renumbered = before.uidValidity !== mailbox.uidValidity;
    const arrived = renumbered ? [] : await this.#since(before.uidNext);
    const expunged = renumbered ? 0 : Math.max(0, before.exists + arrived.length - this.#state.exists);
    const changedSince = renumbered ? undefined : before.highestModseq;
    this.#queue.push({ kind: 'missed', why: 'reconnected', arrived, expunged, renumbered, changedSince }, changedSince);
  }

  /**
   * Resolves when it was stopped, or when the mailbox must be selected anew.
   * @throws ConnectionError when the connection is lost
   */
  async run(): Promise<void> {
    for (;;) {
      // Before anything is looked at: what happens after that rings again.
      this.#bell.quiet();
      this.#checkUsable();
      if (this.#stopped || this.#reselect) return;
      if (this.#arrivals) await this.#tellArrivals();
      else await this.#idle();
    }
  }

  stop(): void {
    this.#stopped = true;
    this.#ring();
  }

  [Symbol.dispose](): void {
    const client = this.#client;
    client.off('exists', this.#onExists);
    client.off('expunge', this.#onExpunge);
    client.off('flags', this.#onFlags);
    client.off('mailboxClose', this.#onMailboxClose);
    client.off('close', this.#ring);
  }

  /** Until something is to be done, or it has gone on for long enough. */
  async #idle(): Promise<void> {
    const { clock, idleRestartMs } = this.#options;
    let over = false;
    const end = (): void => {
      over = true;
    };
    const idling = this.#client.idle().then(end, end);
    using _restart = clock.schedule(this.#ring, idleRestartMs);
    await Promise.race([idling, this.#bell.heard()]);
    if (!isUsable(this.#client)) return;
    if (over) {
      // Nobody here has ended it. Not again at once, or a server that wants none of it would be asked without end.
      using _pause = clock.schedule(this.#ring, refusedPauseMs);
      await this.#bell.heard();
    }
    // Any command ends IDLE.
    if (!this.#arrivals) await this.#ask(this.#client.noop(), 'NOOP');
  }

  async #tellArrivals(): Promise<void> {
    this.#arrivals = false;
    const before = this.#state.highestModseq;
    const uids = await this.#since(this.#state.uidNext);
    if (uids.length > 0) this.#queue.push({ kind: 'arrived', uids, exists: this.#state.exists }, before);
  }

  /** UIDs of the messages from this one on, in order. */
  async #since(uidNext: number): Promise<readonly number[]> {
    const found = await this.#ask(this.#client.search({ uid: `${uidNext}:*` }, { uid: true }), 'SEARCH');
    this.#checkUsable();
    // A range that ends in * has at least the last message in it.
    const uids = (found || []).filter((uid) => uid >= uidNext).sort((one, other) => one - other);
    this.#see({ uidNext: Math.max(uidNext, this.#state.uidNext, 1 + (uids.at(-1) ?? 0)) });
    return uids;
  }

  async #ask<T>(answer: Promise<T>, command: string): Promise<T> {
    // One that comes too late is nobody's concern.
    answer.catch(() => {});
    return await within(answer, this.#options.answerTimeoutMs, this.#options.clock, command);
  }

  #checkUsable(): void {
    if (!isUsable(this.#client)) throw new ConnectionError('the IMAP connection that watched a mailbox was lost');
  }

  #see(news: Partial<MailboxState>): void {
    const { mailbox } = this.#client;
    const highestModseq = mailbox === false ? this.#state.highestModseq : (mailbox.highestModseq ?? this.#state.highestModseq);
    this.#state = { ...this.#state, highestModseq, ...news };
  }

  readonly #ring = (): void => this.#bell.ring();

  readonly #onExists = ({ count, prevCount }: ExistsEvent): void => {
    this.#see({ exists: count });
    if (count <= prevCount) return;
    this.#arrivals = true;
    this.#ring();
  };

  readonly #onExpunge = ({ uid, seq }: ExpungeEvent): void => {
    const before = this.#state.highestModseq;
    this.#see({ exists: Math.max(0, this.#state.exists - 1) });
    this.#queue.push({ kind: 'expunged', uid, sequence: seq }, before);
  };

  readonly #onFlags = ({ uid, seq, flags = new Set() }: FlagsEvent): void => {
    const before = this.#state.highestModseq;
    this.#see({});
    this.#queue.push({ kind: 'flags', uid, sequence: seq, flags }, before);
  };

  /** Also when its UIDVALIDITY has changed under it. */
  readonly #onMailboxClose = (): void => {
    this.#reselect = true;
    this.#ring();
  };
}

function stateOf({ mailbox }: ImapFlow): MailboxState {
  if (mailbox === false) throw new ConnectionError('the IMAP connection was lost when its mailbox had been selected');
  const { exists, uidNext, uidValidity, highestModseq } = mailbox;
  return { exists, uidNext, uidValidity, highestModseq };
}
