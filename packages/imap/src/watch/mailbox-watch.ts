import { type Clock, exponential, isConnectionError, isPoolError, type Lease, type Pool } from '@pool/core';
import type { ImapFlow } from 'imapflow';
import { imapErrorClass } from '../errors/imap-error-class.ts';
import { checkChoice } from '../mailbox/mailbox-options.ts';
import type { Mailboxes } from '../mailbox/mailboxes.ts';
import { selectMailbox } from '../mailbox/select-mailbox.ts';
import { ChangeQueue } from './change-queue.ts';
import { IdleSession } from './idle-session.ts';
import type { MailboxChange, MailboxState } from './mailbox-change.ts';
import { type ResolvedWatchOptions, resolveWatchOptions, type WatchOptions } from './watch-options.ts';

/** Between connections that are lost before they have told anything. */
const backoff = exponential({ initialMs: 100, maxMs: 30_000 });

/**
 * What happens in a mailbox. Begins with the first `next()`; ends when the loop is left, when `stop()` is called, and when the pool is closed. Throws when
 * the server refuses the mailbox or the login.
 */
export class MailboxWatch implements AsyncIterableIterator<MailboxChange, undefined, undefined>, AsyncDisposable {
  readonly path: string;
  readonly #pool: Pool<ImapFlow>;
  readonly #mailboxes: Mailboxes;
  readonly #options: ResolvedWatchOptions;
  readonly #queue: ChangeQueue;
  readonly #stopping = new AbortController();
  #running: Promise<void> | undefined = undefined;
  #session: IdleSession | undefined = undefined;

  /** @throws OptionsError */
  constructor(pool: Pool<ImapFlow>, mailboxes: Mailboxes, path: string, options: WatchOptions) {
    this.#options = resolveWatchOptions(options);
    checkChoice(path, this.#options);
    this.path = path;
    this.#pool = pool;
    this.#mailboxes = mailboxes;
    this.#queue = new ChangeQueue(this.#options.maxPending);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<IteratorResult<MailboxChange, undefined>> {
    this.#running ??= this.#run();
    return this.#queue.take();
  }

  async return(): Promise<IteratorResult<MailboxChange, undefined>> {
    await this.stop();
    return { done: true, value: undefined };
  }

  /** Ends the watch; its connection goes back to the pool. Resolves when it has. */
  async stop(): Promise<void> {
    this.#queue.clear();
    this.#queue.finish('done');
    this.#halt(undefined);
    await this.#running;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  async #run(): Promise<void> {
    const { signal } = this.#options;
    const onAbort = (): void => {
      this.#queue.finish({ error: signal?.reason });
      this.#halt(signal?.reason);
    };
    signal?.addEventListener('abort', onAbort);
    try {
      signal?.throwIfAborted();
      await this.#watch();
      this.#queue.finish('done');
    } catch (error) {
      this.#queue.finish(isPoolError(error) && error.code === 'POOL_CLOSED' ? 'done' : { error });
    } finally {
      signal?.removeEventListener('abort', onAbort);
    }
  }

  #halt(reason: unknown): void {
    this.#stopping.abort(reason);
    this.#session?.stop();
  }

  /** On one connection after another. */
  async #watch(): Promise<void> {
    const stopping = this.#stopping.signal;
    let state: MailboxState | undefined;
    let failures = 0;
    while (!stopping.aborted) {
      const lease = await this.#acquire(state !== undefined);
      if (lease === undefined) return;
      let error: unknown;
      try {
        await this.#watchOn(lease, state, (told) => {
          state = told;
          failures = 0;
        });
      } catch (thrown) {
        error = thrown;
      }
      if (error === undefined) {
        if (lease.active) lease.release();
        continue;
      }
      if (lease.active) lease.discard('broken', error);
      if (!isLoss(error)) throw error;
      failures += 1;
      if (failures > 1) await pause(backoff(failures - 1), stopping, this.#options.clock);
    }
  }

  /** Undefined when it was stopped meanwhile. A watch that has begun waits for as long as it takes. */
  async #acquire(begun: boolean): Promise<Lease<ImapFlow> | undefined> {
    const signal = this.#stopping.signal;
    try {
      return await this.#pool.acquire({
        signal,
        longLived: true,
        label: `watch ${this.path}`,
        prefer: this.#mailboxes.prefer(this.path, this.#options.readOnly),
        ...(begun && { timeoutMs: Infinity }),
      });
    } catch (error) {
      if (signal.aborted) return undefined;
      throw error;
    }
  }

  async #watchOn(lease: Lease<ImapFlow>, before: MailboxState | undefined, tell: (state: MailboxState) => void): Promise<void> {
    const client = lease.value;
    const lock = await selectMailbox(client, this.path, this.#options);
    try {
      this.#mailboxes.learn(this.path, client);
      using session = new IdleSession(client, this.#queue, this.#options);
      const { retiring } = lease;
      const stop = (): void => session.stop();
      retiring.addEventListener('abort', stop);
      this.#session = session;
      try {
        await session.announce(before);
        tell(session.state);
        if (retiring.aborted || this.#stopping.signal.aborted) session.stop();
        await session.run();
      } finally {
        tell(session.state);
        this.#session = undefined;
        retiring.removeEventListener('abort', stop);
      }
    } finally {
      lock.release();
    }
  }
}

/** The connection's end, and not a refusal. */
function isLoss(error: unknown): boolean {
  return isConnectionError(error) || imapErrorClass(error).lent === 'discard';
}

async function pause(delayMs: number, stopping: AbortSignal, clock: Clock): Promise<void> {
  if (stopping.aborted) return;
  await new Promise<void>((resolve) => {
    const alarm = clock.schedule(resolve, delayMs, { keepAlive: true });
    stopping.addEventListener(
      'abort',
      () => {
        alarm[Symbol.dispose]();
        resolve();
      },
      { once: true },
    );
  });
}
