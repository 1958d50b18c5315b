import type { Duplex } from 'node:stream';
import type { Lease } from '@pool/core';
import { errors } from 'undici/index.js';
import type { HttpConnection, Occupant } from '../connection/http-connection.ts';
import { ConnectionEndedError } from '../errors.ts';
import { isProtocolError, outcomeOf } from './outcome-of.ts';
import { mayReplay } from './replayable.ts';
import { saysClose } from './says-close.ts';
import { type Outcome, verdicts } from './verdicts.ts';
import { phases, WaitingExchange } from './waiting-exchange.ts';

/** Thrown into the engine, which then forgets the request and keeps the connection. */
const givenUp = new errors.RequestAbortedError('given up before it was written');

/**
 * One request on its way: waits for a connection, is carried by it, and may be carried again by another. It is what the engine reads
 * and whom it calls back, so that a request costs one object.
 */
export class Exchange extends WaitingExchange implements Occupant {
  private lease: Lease<HttpConnection> | undefined = undefined;
  private connection: HttpConnection | undefined = undefined;
  private isSent = false;
  private isComplete = false;
  /** What the response has settled about the connection. */
  private ending: Outcome | undefined = undefined;
  /** When it was sent again. */
  private replayedAt: number | undefined = undefined;

  protected begin(lease: Lease<HttpConnection>): void {
    const connection = lease.value;
    if (this.replayedAt !== undefined && !connection.isFreshSince(this.replayedAt)) {
      return this.putBack(lease, connection, 'stale-reuse', undefined);
    }
    this.lease = lease;
    this.connection = connection;
    this.phase = phases.lent;
    connection.carry(this);
  }

  // ── Called by the engine ─────────────────────────────────────────────────

  onConnect(abort: (reason?: Error) => void): void {
    if (!this.isOver) this.announce();
    if (this.isOver) throw givenUp;
    this.unwatchBody?.();
    this.abortInEngine = abort;
    this.phase = phases.written;
  }

  onResponseStarted(): void {
    this.phase = phases.answering;
    this.receiver.onResponseStarted?.();
  }

  onHeaders(status: number, rawHeaders: Buffer[], resume: () => void, statusText: string): boolean {
    if (status >= 200) {
      const { connection, route } = this;
      if (connection?.heed(rawHeaders, route.keepAliveMarginMs) === true) this.ending = 'peer-close';
      if (status === 408) this.ending = 'request-timeout';
      else if (status === 421) this.ending = 'misdirected';
      if (this.ending !== undefined && this.canReplay(this.ending)) {
        this.abortInEngine?.(new ConnectionEndedError(this.ending, verdicts[this.ending].when, undefined));
        return false;
      }
      if (route.pausesOnRetryAfter && (status === 429 || status === 503)) route.pauseFor(rawHeaders);
    }
    const { connection } = this;
    const goOn = connection === undefined ? resume : connection.heldEnd.resumeBy(resume);
    const said = this.receiver.onHeaders(status, rawHeaders, goOn, statusText);
    // There the engine holds nothing back, since no body follows.
    if (status < 200 || this.method === 'HEAD') return true;
    return this.flows(said);
  }

  onData(chunk: Buffer): boolean {
    // What the engine finds when it goes on and nothing more has come. Held back for that, it would never look again.
    if (chunk.length === 0) return true;
    return this.flows(this.receiver.onData(chunk));
  }

  onComplete(rawTrailers: Buffer[]): void {
    const errored = this.connection?.socket.errored;
    // The engine takes any end for that of a body without a length, also a reset; RFC 9112 §8 calls such a body incomplete.
    if (errored) return this.onError(errored);
    this.phase = phases.over;
    this.isComplete = true;
    // Before the receiver is told: it may want to send the next request, which finds the connection free.
    this.giveBack();
    this.receiver.onComplete(rawTrailers);
  }

  onBodySent(chunk: Buffer): void {
    this.receiver.onBodySent?.(chunk);
  }

  onRequestSent(): void {
    this.isSent = true;
    this.receiver.onRequestSent?.();
  }

  onUpgrade(status: number, rawHeaders: Buffer[], socket: Duplex): void {
    const { lease } = this;
    this.phase = phases.over;
    this.letGo();
    if (lease?.active) lease.detach();
    this.route.count('detached');
    this.receiver.onUpgrade?.(status, rawHeaders, socket);
  }

  onError(said: Error): void {
    const { connection, lease, phase } = this;
    // What its receiver threw when it was told of the end.
    if (this.isComplete) return this.receiver.onError(said);
    if (connection === undefined || lease === undefined || phase === phases.over) return;
    const isLost = connection.isGone || connection.socket.destroyed;
    // The engine may find fault with a response that was cut off.
    const error = (isLost && connection.socket.errored) || said;
    if (phase === phases.lent) {
      if (isLost) this.putBack(lease, connection, 'idle-gone', error);
      // Its own fault: the connection is as good as before.
      else this.fail(error);
      return;
    }
    const isReplay = error instanceof ConnectionEndedError && error.outcome === this.ending;
    const about = { lost: isLost, hadIdled: connection.hadIdled, answering: phase === phases.answering };
    const outcome = isReplay ? error.outcome : outcomeOf(error, about);
    if (this.canReplay(outcome)) {
      this.replayedAt = this.route.turn();
      this.route.replays++;
      return this.putBack(lease, connection, outcome, error);
    }
    this.phase = phases.over;
    this.discard(lease, outcome, error);
    this.receiver.onOutcome?.(outcome);
    this.receiver.onError(error);
  }

  /** What its receiver said of a piece: to go on, or to hold the rest back. */
  private flows(said: unknown): boolean {
    if (said !== false) return true;
    this.connection?.heldEnd.hold();
    return false;
  }

  // ── The connection after the exchange ────────────────────────────────────

  private giveBack(): void {
    const { lease, connection, route } = this;
    if (lease === undefined || connection === undefined) return;
    const ending = this.isSent ? (this.ending ?? (saysClose(this) ? 'retired' : undefined)) : 'early-response';
    if (ending !== undefined) return this.discard(lease, ending, undefined);
    if (!connection.mayIdle) return this.discard(lease, 'peer-close', undefined);
    // Whether the engine closes it is known in a turn: `onFree` or `onGone`.
    if (route.closesSilently) return;
    this.release(lease, connection, true);
  }

  /** The engine is done with it, and the connection still open. */
  onFree(): void {
    const { lease, connection } = this;
    if (lease === undefined || connection === undefined) return;
    if (this.isComplete) this.route.count('reuse');
    this.release(lease, connection, false);
  }

  onGone(error: Error): void {
    const { lease, connection, route } = this;
    if (lease === undefined || connection === undefined) return;
    // It was to be carried when the exchange before had ended, and then the server closed.
    if (this.phase === phases.lent) return this.putBack(lease, connection, route.outcomeBetween(connection, error), error);
    if (!this.isComplete) this.discard(lease, 'abort', error);
    else if (isProtocolError(error)) this.discard(lease, 'protocol', error);
    else this.discard(lease, 'peer-close', undefined);
  }

  private release(lease: Lease<HttpConnection>, connection: HttpConnection, isDraining: boolean): void {
    this.letGo();
    connection.free(isDraining);
    this.route.deadlines.by(connection.idleUntil);
    if (lease.active) lease.release();
  }

  private discard(lease: Lease<HttpConnection>, outcome: Outcome, error: Error | undefined): void {
    this.letGo();
    this.route.count(outcome);
    if (lease.active) lease.discard(outcome, error);
  }

  /** Back to its place in the queue: it was never written, or may be written again. */
  private putBack(lease: Lease<HttpConnection>, connection: HttpConnection, outcome: Outcome, error: Error | undefined): void {
    this.phase = phases.waiting;
    this.isSent = false;
    this.ending = undefined;
    this.letGo();
    this.route.count(outcome);
    // The pool took the connection back, by force: it is being closed.
    if (!lease.active) return this.fail(error ?? new errors.RequestAbortedError());
    connection.report(new ConnectionEndedError(outcome, verdicts[outcome].when, error));
    lease.requeue(this);
    this.wait();
  }

  private canReplay(outcome: Outcome): boolean {
    return this.replayedAt === undefined && mayReplay(this, outcome);
  }

  private letGo(): void {
    this.connection?.vacate();
    this.lease = undefined;
    this.connection = undefined;
    this.abortInEngine = undefined;
  }
}
