import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from './client.ts';

export interface WavesOptions {
  /** Requests at once, each on a connection of its own. */
  readonly connections: number;
  readonly waves: number;
  /** From the mean of the answers of one wave to the requests of the next. */
  readonly pauseMs: number;
}

/** What the callers of one client saw. */
export interface Seen {
  readonly requests: number;
  /** What failed ones said. */
  readonly errors: readonly string[];
}

/** The first tenth of the waves, and the others: whoever learns has to see something first. */
export interface Result {
  readonly early: Seen;
  readonly later: Seen;
  readonly learnedMs: number | undefined;
}

/**
 * Callers that come all at once, again and again: so every connection is used each time, in whatever order a pool lends them, and
 * each has been idle for the pause, more or less as its last answer came early or late.
 */
export async function waves(client: Client, { connections, waves: count, pauseMs }: WavesOptions): Promise<Result> {
  const early = Math.ceil(count / 10);
  const errors: { readonly early: string[]; readonly later: string[] } = { early: [], later: [] };
  for (let wave = 0; wave < count; wave++) {
    const { answeredAt, failures } = await together(client, connections);
    errors[wave < early ? 'early' : 'later'].push(...failures);
    await sleep(answeredAt + pauseMs - performance.now());
  }
  return {
    early: { requests: early * connections, errors: errors.early },
    later: { requests: (count - early) * connections, errors: errors.later },
    learnedMs: client.learnedMs?.(),
  };
}

async function together(
  client: Client,
  connections: number,
): Promise<{ readonly answeredAt: number; readonly failures: readonly string[] }> {
  const failures: string[] = [];
  const answers: number[] = [];
  const ask = async (): Promise<void> => {
    try {
      await client.request();
      answers.push(performance.now());
    } catch (error) {
      failures.push(words(error));
    }
  };
  await Promise.all(Array.from({ length: connections }, ask));
  const mean = answers.reduce((sum, at) => sum + at, 0) / answers.length;
  // With no answer at all there is nothing to go by, and nothing idle either.
  return { answeredAt: Number.isNaN(mean) ? performance.now() : mean, failures };
}

/** Without what differs from one to the next. */
function words(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const message = error.message.replaceAll(/\d+\.\d+\.\d+\.\d+:\d+/g, 'the server');
  return 'code' in error ? `${String(error.code)}: ${message}` : message;
}
