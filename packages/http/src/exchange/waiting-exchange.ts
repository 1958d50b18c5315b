import type { AcquireOptions, Lease, LeaseRequest } from '@pool/core';
import { errors } from 'undici/index.js';
import type { HttpConnection } from '../connection/http-connection.ts';
import type { Route } from '../route.ts';
import { watchBody } from './body-watch.ts';
import { checkRequest } from './check-request.ts';
import { EngineRequest, type RequestOptions } from './engine-request.ts';
import type { Receiver } from './receiver.ts';

/** How far an exchange has come. */
export const phases = { waiting: 0, lent: 1, written: 2, answering: 3, over: 4 } as const;
type Phase = (typeof phases)[keyof typeof phases];

/**
 * The first half of an exchange's life: it waits for a connection, is told at once what is wrong with it, and can be given up. `private`
 * and `protected`, because fields with a # would be defined one by one for every request.
 */
export abstract class WaitingExchange extends EngineRequest implements LeaseRequest<HttpConnection> {
  protected readonly route: Route;
  protected readonly receiver: Receiver;
  protected phase: Phase = phases.waiting;
  /** The engine's way to give up, once it has the request. */
  protected abortInEngine: ((reason?: Error) => void) | undefined = undefined;
  protected unwatchBody: (() => void) | undefined = undefined;
  private isAnnounced = false;
  private isQueued = false;

  constructor(route: Route, options: RequestOptions, receiver: Receiver) {
    super(options, route.origin);
    this.route = route;
    this.receiver = receiver;
  }

  /** A connection is here. */
  protected abstract begin(lease: Lease<HttpConnection>): void;

  get isOver(): boolean {
    return this.phase === phases.over;
  }

  /** Asks for a connection. Errors go to the receiver. */
  start(options?: AcquireOptions): void {
    if (typeof this.body === 'object') {
      this.unwatchBody = watchBody(this.body, (error) => this.phase < phases.written && this.fail(error));
    }
    let lease: Lease<HttpConnection> | undefined;
    try {
      lease = this.route.pool().request(this, options);
    } catch (error) {
      // The pool is closed, or an option is wrong.
      return this.fail(error);
    }
    if (lease !== undefined) this.onLease(lease);
    else this.wait();
  }

  onLease(lease: Lease<HttpConnection>): void {
    if (this.isQueued) this.leaveQueue();
    // Given up while it waited.
    if (this.phase === phases.over) lease.release();
    else this.begin(lease);
  }

  onRefused(error: unknown): void {
    if (this.isQueued) this.leaveQueue();
    this.fail(error);
  }

  /** It is in the queue, unless it was answered meanwhile. */
  protected wait(): void {
    if (this.phase !== phases.waiting) return;
    this.isQueued = true;
    this.route.queued++;
    const wrong = checkRequest(this);
    if (wrong !== undefined) return this.fail(wrong);
    try {
      this.announce();
    } catch (error) {
      this.fail(error);
    }
  }

  private leaveQueue(): void {
    this.isQueued = false;
    if (--this.route.queued === 0) this.route.queueEmptied();
  }

  /** From here on the receiver can give up. */
  protected announce(): void {
    if (this.isAnnounced) return;
    this.isAnnounced = true;
    this.receiver.onConnect((reason) => this.abort(reason));
  }

  /** Gives up, wherever it is. */
  abort(reason: Error = new errors.RequestAbortedError()): void {
    if (this.abortInEngine === undefined) this.fail(reason);
    else this.abortInEngine(reason);
  }

  protected fail(error: unknown): void {
    if (this.phase === phases.over) return;
    this.phase = phases.over;
    this.unwatchBody?.();
    this.receiver.onError(error instanceof Error ? error : new errors.RequestAbortedError(String(error)));
  }
}
