import {
  type AcquireOptions,
  type CloseOptions,
  type CloseReport,
  Pool,
  type PoolOptions,
  type PoolStats,
  type UseContext,
  type UseOptions,
} from '@pool/core';
import type { ImapFlow } from 'imapflow';
import { withSettledCommands } from './connection/with-settled-commands.ts';
import { imap } from './imap.ts';
import type { MailboxOptions, MailboxStreamOptions } from './mailbox/mailbox-options.ts';
import { Mailboxes, type MailboxStream, type MailboxWork } from './mailbox/mailboxes.ts';
import type { ImapOptions } from './options/imap-options.ts';
import { MailboxWatch } from './watch/mailbox-watch.ts';
import type { WatchOptions } from './watch/watch-options.ts';

/** Often enough for what lies between (4 minutes: some routers forget a silent connection after five) and for every server (RFC 9051, 5.4: 30 minutes). */
export const keepAlive = { intervalMs: 240_000 } as const;

/** Connections to the mailboxes of one account: logged in, kept so, and lent with a mailbox selected. */
export class ImapPool implements AsyncDisposable {
  /** What is underneath: its events, `stats`, `recycle()`, `resize()`, ... */
  readonly pool: Pool<ImapFlow>;
  readonly #mailboxes: Mailboxes;

  /**
   * @param options those of the pool; `keepAlive` is a NOOP every 4 minutes unless given
   * @throws OptionsError
   */
  constructor(server: ImapOptions, options: PoolOptions<ImapFlow>);
  /** @param pool one of `imap()` connections that exists already */
  constructor(pool: Pool<ImapFlow>);
  constructor(server: ImapOptions | Pool<ImapFlow>, options?: PoolOptions<ImapFlow>) {
    this.pool = server instanceof Pool ? server : new Pool(imap(server), withDefaults(options));
    this.#mailboxes = new Mailboxes(this.pool);
  }

  get stats(): PoolStats {
    return this.pool.stats;
  }

  /** Resolves once `min` connections (at least one) are logged in: fail at start-up, not on first use. @throws as `Pool.ready` */
  ready(options?: AcquireOptions): Promise<void> {
    return this.pool.ready(options);
  }

  /** Lends a connection for work that needs no mailbox, or selects its own. @throws as `Pool.use` */
  use<R>(work: (client: ImapFlow, context: UseContext<ImapFlow>) => R | PromiseLike<R>, options?: UseOptions): Promise<R> {
    return this.pool.use(withSettledCommands(work), options);
  }

  /**
   * Lends a connection with this mailbox selected and locked: one that has it selected already, then one that has none, then the one that was used
   * longest ago. A connection that is lost before the work has begun is replaced, and nobody is told.
   * @throws OptionsError | WorkNotBegunError | as `Pool.use`; imapflow's error when the server refuses (`mailboxMissing` where there is none)
   */
  withMailbox<R>(path: string, options: MailboxOptions, work: MailboxWork<R>): Promise<R> {
    return this.#mailboxes.use(path, options, work);
  }

  /** As `withMailbox`, held while the iteration lasts. Leave the loop whenever you like. */
  streamMailbox<R>(path: string, options: MailboxStreamOptions, work: MailboxStream<R>): AsyncGenerator<R, void, undefined> {
    return this.#mailboxes.stream(path, options, work);
  }

  /**
   * What happens in a mailbox, as it happens (IDLE, RFC 2177). It takes a connection of its own, which counts in `max`, for as long as it goes on; when
   * that is lost, it goes on with another one, and tells what was missed.
   * @throws OptionsError
   */
  watch(path: string, options: WatchOptions = {}): MailboxWatch {
    return new MailboxWatch(this.pool, this.#mailboxes, path, options);
  }

  /** As `Pool.close`: each connection says LOGOUT. */
  close(options?: CloseOptions): Promise<CloseReport> {
    return this.pool.close(options);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

/** Options that are missing are the pool's to complain of. */
function withDefaults(options: PoolOptions<ImapFlow> | undefined): PoolOptions<ImapFlow> {
  return { keepAlive, ...options } as PoolOptions<ImapFlow>;
}
