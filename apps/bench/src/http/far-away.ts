import { setTimeout as sleep } from 'node:timers/promises';
import { Child } from '../child.ts';
import type { HttpTarget } from '../contestants/http-target.ts';
import { median } from '../results.ts';
import type { HttpContestant, Place } from './clients/client.ts';
import { Link } from './link.ts';
import { Worker } from './worker.ts';

export interface FarAwayOptions {
  readonly linkMs: number;
  readonly rounds: number;
  /** Requests at once. */
  readonly burst: number;
  /** The server closes a connection that was idle for this long, and does not say so. Whole seconds. */
  readonly idleMs: number;
}

/** Medians. Round trips are counted on the wire, those of TCP among them. */
export interface FarAwayOutcome {
  readonly contestant: string;
  readonly protocol: 'http' | 'https';
  /** Its first request, with nothing open. */
  readonly coldMs: number;
  readonly coldRoundTrips: number;
  /** Its first request, after a connection was opened before anybody asked. Undefined for those that cannot. */
  readonly warmMs: number | undefined;
  readonly warmRoundTrips: number | undefined;
  /** The slowest of a burst, after the server has closed the connections of another burst. */
  readonly slowestMs: number;
  readonly burstConnects: number;
  /** The same with as many connections kept. Undefined for those that keep none. */
  readonly keptSlowestMs: number | undefined;
  readonly errors: readonly string[];
}

/** First requests and bursts over a long way. */
export async function farAway(
  contestant: HttpContestant,
  protocol: 'http' | 'https',
  options: FarAwayOptions,
): Promise<FarAwayOutcome> {
  const server = new Child<object, HttpTarget>('http-server', [protocol, String(options.idleMs)]);
  try {
    const { port, ca } = await server.next(20_000);
    await using link = await Link.to(port, options.linkMs);
    using worker = await Worker.of(contestant);
    const place: Place = { url: `${protocol}://localhost:${link.port}`, ...(protocol === 'https' && { ca }) };
    const trial = new Trial(worker, place, link, options);
    const cold = await trial.first(0);
    const warm = contestant.keeps ? await trial.first(1) : undefined;
    const bursts = await trial.afterIdling(0);
    const kept = contestant.keeps ? await trial.afterIdling(options.burst) : undefined;
    return {
      contestant: contestant.name,
      protocol,
      coldMs: cold.ms,
      coldRoundTrips: cold.roundTrips,
      warmMs: warm?.ms,
      warmRoundTrips: warm?.roundTrips,
      slowestMs: bursts.ms,
      burstConnects: bursts.connects,
      keptSlowestMs: kept?.ms,
      errors: trial.errors,
    };
  } finally {
    server.kill();
  }
}

/** What requests that were made at once took. */
interface Seen {
  /** The slowest of them. */
  readonly ms: number;
  readonly roundTrips: number;
  readonly connects: number;
}

class Trial {
  readonly errors: string[] = [];
  readonly #worker: Worker;
  readonly #place: Place;
  readonly #link: Link;
  readonly #options: FarAwayOptions;

  constructor(worker: Worker, place: Place, link: Link, options: FarAwayOptions) {
    this.#worker = worker;
    this.#place = place;
    this.#link = link;
    this.#options = options;
  }

  /** @param warm connections that are opened before */
  first(warm: number): Promise<Seen> {
    const { rounds, burst, linkMs } = this.#options;
    return this.#median(rounds, async () => {
      await this.#worker.make(this.#place, burst, warm);
      // What the server says of its own accord (tickets) is over.
      await sleep(2 * linkMs);
      return await this.#ask(1);
    });
  }

  /** @param kept connections that are open before, and kept */
  afterIdling(kept: number): Promise<Seen> {
    const { rounds, burst, idleMs } = this.#options;
    return this.#median(Math.ceil(rounds / 4), async () => {
      await this.#worker.make(this.#place, burst, kept);
      await this.#ask(burst);
      // The server looks once a second, perhaps.
      await sleep(idleMs + 1500);
      return await this.#ask(burst);
    });
  }

  async #ask(count: number): Promise<Seen> {
    const { roundTrips, connects } = this.#link;
    const { calls } = await this.#worker.ask(count);
    this.errors.push(...calls.flatMap(({ error }) => error ?? []));
    return {
      ms: Math.max(...calls.map(({ ms }) => ms)),
      roundTrips: this.#link.roundTrips - roundTrips,
      connects: this.#link.connects - connects,
    };
  }

  async #median(rounds: number, round: () => Promise<Seen>): Promise<Seen> {
    const seen: Seen[] = [];
    // The first of several is for getting warm.
    const unseen = rounds > 1 ? 1 : 0;
    for (let left = unseen + rounds; left > 0; left--) seen.push(await round());
    const of = (key: keyof Seen): number => median(seen.slice(unseen).map((each) => each[key]));
    return { ms: of('ms'), roundTrips: of('roundTrips'), connects: of('connects') };
  }
}
