import { Dispatcher, errors } from 'undici/index.js';
import type { RequestOptions } from '../exchange/engine-request.ts';
import { Exchange } from '../exchange/exchange.ts';
import type { HttpPool } from '../http-pool.ts';
import type { Via } from '../origin.ts';
import type { Route } from '../route.ts';
import type { Routes } from '../routes.ts';
import { receiverOf, tellHandler } from './receiver-of.ts';

/**
 * Takes undici's requests to the pool. No field has a #: `compose()` puts a Proxy in front, and those cannot be read through one.
 */
export class PoolDispatcher extends Dispatcher {
  private readonly pool: HttpPool;
  private readonly routes: Routes;
  /** A function, because nothing shows what is in it: a proxy has credentials. */
  private readonly routeTo: (origin: string | URL) => Route;
  private needsDrain = false;

  constructor(pool: HttpPool, routes: Routes, via: Via | undefined) {
    super();
    this.pool = pool;
    this.routes = routes;
    this.routeTo = (origin) => routes.to(origin, via);
  }

  /** False when as many requests wait for the origin as it has connections at most; `drain` is emitted when none waits any more. */
  override dispatch(options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): boolean {
    try {
      if (typeof options !== 'object' || options === null) throw new errors.InvalidArgumentError('opts must be an object.');
      const takesSocket = Boolean(options.upgrade) || options.method === 'CONNECT';
      const receiver = receiverOf(handler, takesSocket);
      const route = this.routes.named(this.routeOf(options.origin), options.headers);
      const signal = signalOf(options);
      new Exchange(route, options as RequestOptions, receiver).start(signal === undefined ? undefined : { signal });
      if (route.queued < route.max) return true;
      this.awaitDrain(route);
      return false;
    } catch (error) {
      if (!(error instanceof Error) || !tellHandler(handler, error)) throw error;
      return false;
    }
  }

  private routeOf(origin: unknown): Route {
    if (typeof origin !== 'string' && !(origin instanceof URL)) {
      throw new errors.InvalidArgumentError('opts.origin must be a non-empty string or URL.');
    }
    try {
      return this.routeTo(origin);
    } catch (error) {
      throw new errors.InvalidArgumentError(error instanceof Error ? error.message : 'invalid origin');
    }
  }

  private awaitDrain(route: Route): void {
    if (this.needsDrain) return;
    this.needsDrain = true;
    route.whenQueueEmpty(() => {
      this.needsDrain = false;
      this.emit('drain', new URL(route.origin.url));
    });
  }

  /** Closes the pool: requests under way end, waiting ones are refused. */
  override close(): Promise<void>;
  override close(callback: () => void): void;
  override close(callback?: () => void): Promise<void> | void {
    return settle(this.pool.close(), callback);
  }

  /** Closes the pool without waiting for requests under way. */
  override destroy(): Promise<void>;
  override destroy(error: Error | null): Promise<void>;
  override destroy(callback: () => void): void;
  override destroy(error: Error | null, callback: () => void): void;
  override destroy(error?: Error | null | (() => void), callback?: () => void): Promise<void> | void {
    return settle(this.pool.close({ drainTimeoutMs: 0 }), typeof error === 'function' ? error : callback);
  }
}

function settle(closing: Promise<void>, callback: (() => void) | undefined): Promise<void> | void {
  if (callback === undefined) return closing;
  void closing.then(callback);
}

/** undici's own `request` and its like pass it on; an EventEmitter is theirs to watch. */
function signalOf(options: object): AbortSignal | undefined {
  return 'signal' in options && options.signal instanceof AbortSignal ? options.signal : undefined;
}
