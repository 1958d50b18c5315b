import { setTimeout as sleep } from 'node:timers/promises';
import { median } from '../results.ts';
import type { SocketCount } from '../sockets/socket-count.ts';
import { graceMs, limits } from './limits.ts';
import type { Held, LinePool } from './line-pool.ts';
import type { Callers, Report } from './messages.ts';
import { StolenTime } from './stolen-time.ts';
import { tellsWhy } from './tells-why.ts';

interface Call {
  readonly askedAt: number;
  readonly phase: 'during' | 'after';
  acquiredAt: number;
  settledAt: number;
  outcome: 'waits' | 'served' | 'refused' | 'lent dead';
  toldWhy: boolean;
}

/** Callers that come whether or not those before them were served. */
const everyMs = { during: 20, after: 10 } as const;
const quietMs = 300;
const closeMs = 3_000;

/** One pool and its callers, through one outage. */
export class Trial {
  readonly #pool: LinePool;
  readonly #sockets: SocketCount;
  readonly #stolen = new StolenTime();
  readonly #calls: Call[] = [];
  readonly #uncaught: string[] = [];
  #phase: Call['phase'] = 'during';
  #upAt = Number.NaN;
  #warmAt = 0;
  #triedBefore = 0;
  #attempts = 0;
  #callers: NodeJS.Timeout | undefined = undefined;

  constructor(pool: LinePool, sockets: SocketCount) {
    this.#pool = pool;
    this.#sockets = sockets;
    for (const event of ['unhandledRejection', 'uncaughtException']) {
      process.on(event, (error: unknown) => this.#uncaught.push(String(error)));
    }
  }

  /** As many connections as there may be, and all of them idle. */
  async warmUp(): Promise<void> {
    const all: Held[] = [];
    for (let tries = 0; all.length < limits.max; tries++) {
      // A pool that opens one connection at a time needs longer than its callers may wait.
      if (tries === 100) throw new Error(`it did not get ready: ${all.length} of ${limits.max} connections`);
      const missing = Array.from({ length: limits.max - all.length }, () => this.#patiently());
      all.push(...(await Promise.all(missing)).flatMap((held) => held ?? []));
    }
    for (const held of all) {
      await held.ask('before');
      held.release();
    }
    await sleep(2 * graceMs);
    // Counted from here: some notice the outage before they are told.
    this.#triedBefore = this.#sockets.tried;
    this.#warmAt = performance.now();
  }

  /** A connection, if one comes in time; one that comes later is not kept. */
  async #patiently(): Promise<Held | undefined> {
    let isLate = false;
    const acquiring = this.#pool.acquire().then(
      (held) => {
        if (!isLate) return held;
        held.release();
        return undefined;
      },
      () => undefined,
    );
    const held = await Promise.race([acquiring, sleep(2 * limits.acquireMs, 'late' as const)]);
    if (held !== 'late') return held;
    isLate = true;
    return undefined;
  }

  down(): void {
    this.#come();
  }

  /** @param at as `Date.now()` said it: the monotonic clocks of two processes have no common origin that stays true */
  up(at: number): void {
    this.#upAt = performance.now() - (Date.now() - at);
    this.#attempts = this.#sockets.tried - this.#triedBefore;
    this.#phase = 'after';
    this.#come();
  }

  async finish(): Promise<Report> {
    clearInterval(this.#callers);
    const giveUpAt = performance.now() + limits.acquireMs + limits.answerMs + 10 * graceMs;
    while (this.#calls.some(({ outcome }) => outcome === 'waits') && performance.now() < giveUpAt) await sleep(10);
    await sleep(quietMs);
    const openWhenQuiet = this.#sockets.open;
    const closed = await Promise.race([this.#pool.close().then(() => true), sleep(closeMs, false, { ref: false })]);
    await sleep(quietMs);
    return {
      ...this.#count(),
      attempts: this.#attempts,
      mostOpen: this.#sockets.mostOpen,
      openWhenQuiet,
      openWhenClosed: this.#sockets.open,
      closed,
      uncaught: this.#uncaught,
      stolenMs: this.#stolen.longestSince(this.#warmAt),
    };
  }

  #come(): void {
    clearInterval(this.#callers);
    this.#callers = setInterval(() => void this.#call(), everyMs[this.#phase]);
    void this.#call();
  }

  async #call(): Promise<void> {
    const phase = this.#phase;
    const call: Call = {
      askedAt: performance.now(),
      phase,
      acquiredAt: Number.NaN,
      settledAt: Number.NaN,
      outcome: 'waits',
      toldWhy: false,
    };
    this.#calls.push(call);
    let held: Held | undefined;
    try {
      held = await this.#pool.acquire();
      call.acquiredAt = performance.now();
      const line = `${phase} ${this.#calls.length}`;
      if ((await held.ask(line)).trimEnd() !== line) throw new Error('it answered somebody else');
      call.outcome = 'served';
    } catch (error) {
      call.outcome = held === undefined ? 'refused' : 'lent dead';
      call.toldWhy = tellsWhy(error);
      held?.discard(error);
    }
    if (call.outcome === 'refused') call.acquiredAt = performance.now();
    if (call.outcome === 'served') held?.release();
    call.settledAt = performance.now();
  }

  #count(): Pick<Report, 'during' | 'after' | 'late' | 'neverAnswered' | 'lentDead' | 'backAfterMs'> {
    const calls = this.#calls;
    const back = calls.filter(({ outcome, settledAt }) => outcome === 'served' && settledAt >= this.#upAt);
    const late = ({ askedAt, acquiredAt, outcome }: Call): boolean =>
      (outcome === 'waits' && Number.isNaN(acquiredAt)) ||
      acquiredAt - askedAt - this.#stolen.between(askedAt, acquiredAt) > limits.acquireMs + graceMs;
    return {
      during: callers(calls.filter(({ phase }) => phase === 'during')),
      after: callers(calls.filter(({ phase }) => phase === 'after')),
      late: calls.filter(late).length,
      neverAnswered: calls.filter(({ outcome }) => outcome === 'waits').length,
      lentDead: calls.filter(({ outcome }) => outcome === 'lent dead').length,
      backAfterMs: back.length === 0 ? undefined : Math.min(...back.map(({ settledAt }) => settledAt)) - this.#upAt,
    };
  }
}

function callers(calls: readonly Call[]): Callers {
  const waits = calls.map(({ askedAt, acquiredAt }) => acquiredAt - askedAt).filter((ms) => !Number.isNaN(ms));
  const refused = calls.filter(({ outcome }) => outcome === 'refused');
  const refusedMs = refused.map(({ askedAt, acquiredAt }) => acquiredAt - askedAt);
  const third = Math.ceil(refused.length / 3);
  return {
    count: calls.length,
    failed: calls.filter(({ outcome }) => outcome !== 'served').length,
    slowestMs: Math.max(0, ...waits),
    refused: refused.length,
    toldWhy: refused.filter(({ toldWhy }) => toldWhy).length,
    refusedEarlyMs: refused.length === 0 ? undefined : median(refusedMs.slice(0, third)),
    refusedLateMs: refused.length === 0 ? undefined : median(refusedMs.slice(-third)),
  };
}
