import { HttpPool } from '@pool/http';
import type { ProxySettings } from '../proxy-settings.ts';
import { poolOptions } from './pool-options.ts';
import { Upstream } from './upstream.ts';

/** Told when an upstream changes between up and down. */
export interface UpstreamListener {
  down(upstream: Upstream, error: Error): void;
  up(upstream: Upstream): void;
}

/** The servers behind the proxy, each with its warm connections. */
export class Upstreams {
  readonly pool: HttpPool;
  readonly all: readonly Upstream[];
  #turn = 0;
  readonly #awaited = new Set<() => void>();

  constructor(settings: ProxySettings, listener: UpstreamListener) {
    this.pool = new HttpPool(poolOptions(settings));
    this.all = settings.upstreams.map((url) => new Upstream(url, this.pool));
    // Asking for the pool makes it, and from then on it opens, probes and reopens by itself.
    for (const upstream of this.all) this.#follow(upstream, listener);
  }

  /** Which to ask, and which after that: those that are up, the least busy first, in turns when they are alike. */
  inOrder(): readonly Upstream[] {
    const first = this.#turn++ % this.all.length;
    const rotated = [...this.all.slice(first), ...this.all.slice(0, first)];
    // Sorting is stable: equals stay in turns. What is down is asked last, which costs nothing: its pool says no at once.
    return rotated
      .map((upstream) => ({ upstream, cost: upstream.isDown ? Infinity : upstream.load }))
      .sort((a, b) => (a.cost === b.cost ? 0 : a.cost - b.cost))
      .map(({ upstream }) => upstream);
  }

  get isAnyUp(): boolean {
    return this.all.some((upstream) => !upstream.isDown);
  }

  /** Resolves with true when a connection to any upstream was opened; with false when the signal aborts before. */
  returns(signal: AbortSignal): Promise<boolean> {
    return new Promise((resolve) => {
      const settle = (isUp: boolean): void => {
        this.#awaited.delete(onUp);
        signal.removeEventListener('abort', onAbort);
        resolve(isUp);
      };
      const onUp = (): void => settle(true);
      const onAbort = (): void => settle(false);
      this.#awaited.add(onUp);
      signal.addEventListener('abort', onAbort);
      if (signal.aborted) onAbort();
    });
  }

  async close(drainTimeoutMs: number): Promise<void> {
    await this.pool.close({ drainTimeoutMs });
  }

  #follow(upstream: Upstream, listener: UpstreamListener): void {
    const { connections } = upstream;
    let isDown = false;
    connections.on('openError', ({ error }) => {
      if (!isDown) listener.down(upstream, error);
      isDown = true;
    });
    connections.on('open', () => {
      if (isDown) listener.up(upstream);
      isDown = false;
      for (const onUp of [...this.#awaited]) onUp();
    });
  }
}
