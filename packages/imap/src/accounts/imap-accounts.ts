import {
  type Budget,
  type CloseOptions,
  type CloseReport,
  ConnectionBudget,
  KeyedPool,
  type KeyedPoolOptions,
  OptionsError,
  type Pool,
} from '@pool/core';
import { type TlsClient, tlsClient } from '@pool/tls';
import { ImapFlow } from 'imapflow';
import { imap } from '../imap.ts';
import { ImapPool, keepAlive } from '../imap-pool.ts';
import type { ImapOptions, ImapTlsOptions } from '../options/imap-options.ts';
import { refuseMisplaced } from '../options/resolve-imap-options.ts';
import { takesTransport } from '../options/takes-transport.ts';

export interface ImapAccountsOptions<K> extends KeyedPoolOptions<K, ImapFlow> {
  /** Over all accounts of one server (`host`). An idle connection of another account is closed to make room. Integer >= 1. @default Infinity */
  readonly maxPerHost?: number | undefined;
}

/**
 * The mailboxes of many accounts: a pool for each, made on first use and dropped after its last, under limits for each account, for each server, and
 * over all. No two accounts ever share a connection; those of one server that bring the
 * same `tls` object, or none, share its TLS sessions.
 */
export class ImapAccounts<K> implements AsyncDisposable {
  /** What is underneath. */
  readonly pools: KeyedPool<K, ImapFlow>;
  readonly #server: (account: K) => ImapOptions;
  readonly #hosts: Hosts;
  readonly #views = new WeakMap<Pool<ImapFlow>, ImapPool>();

  /**
   * @param server where an account has its mail, and how to log in to it
   * @throws OptionsError
   */
  constructor(server: (account: K) => ImapOptions, options: ImapAccountsOptions<K>) {
    const { maxPerHost = Infinity, perKey, ...rest } = options;
    if (typeof server !== 'function')
      throw new OptionsError('server', 'server must be a function that gives the ImapOptions of an account');
    this.#server = server;
    this.#hosts = new Hosts(maxPerHost);
    this.pools = new KeyedPool((account: K) => imap(this.#complete(account)), {
      name: 'imap-accounts',
      keepAlive,
      ...rest,
      perKey: (account) => {
        const own = perKey?.(account) ?? {};
        const ofHost = this.#hosts.budget(this.#server(account));
        return { ...own, budget: [own.budget ?? [], ofHost].flat() };
      },
    });
  }

  /** How many accounts have a pool. */
  get size(): number {
    return this.pools.size;
  }

  /**
   * The pool of one account, made on first use. Ask anew for each use: one that nobody asked for in `emptyPoolTtlMs` is closed.
   * @throws PoolClosedError | OptionsError
   */
  at(account: K): ImapPool {
    const pool = this.pools.at(account);
    let view = this.#views.get(pool);
    if (view === undefined) {
      view = new ImapPool(pool);
      this.#views.set(pool, view);
    }
    return view;
  }

  /** Closes every pool, side by side. Never rejects. */
  close(options?: CloseOptions): Promise<CloseReport> {
    return this.pools.close(options);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #complete(account: K): ImapOptions {
    const options = this.#server(account);
    const { tls = noTlsOptions, security, ImapFlow: flowClass = ImapFlow } = options;
    if ('secure' in tls || security === 'cleartext' || !takesTransport(flowClass)) return options;
    refuseMisplaced(tls);
    return { ...options, tls: this.#hosts.tls(options.host, tls) };
  }
}

const noTlsOptions: ImapTlsOptions = {};

/** What the accounts of one server have in common. */
class Hosts {
  readonly #max: number;
  readonly #budgets = new Map<string, ConnectionBudget>();
  readonly #clients = new Map<string, WeakMap<ImapTlsOptions, TlsClient>>();

  /** @throws OptionsError */
  constructor(max: number) {
    if (max !== Infinity && !(Number.isSafeInteger(max) && max >= 1)) {
      throw new OptionsError('maxPerHost', `maxPerHost must be an integer >= 1 or Infinity, got ${String(max)}`);
    }
    this.#max = max;
  }

  budget({ host }: ImapOptions): readonly Budget[] {
    if (this.#max === Infinity) return [];
    let budget = this.#budgets.get(host);
    if (budget === undefined) {
      budget = new ConnectionBudget({ max: this.#max });
      this.#budgets.set(host, budget);
    }
    return [budget];
  }

  /** One for all that bring the same options: a SecureContext takes 20 ms to make, and sessions are those of one client. */
  tls(host: string, options: ImapTlsOptions): TlsClient {
    const clients = this.#clients.get(host) ?? new WeakMap<ImapTlsOptions, TlsClient>();
    this.#clients.set(host, clients);
    const client = clients.get(options) ?? tlsClient({ ...options, host });
    clients.set(options, client);
    return client;
  }
}
