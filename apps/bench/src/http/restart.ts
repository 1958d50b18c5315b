import { setTimeout as sleep } from 'node:timers/promises';
import { Child } from '../child.ts';
import type { HttpContestant } from './clients/client.ts';
import { Worker } from './worker.ts';

export interface RestartOptions {
  readonly downMs: number;
  /** Callers come so long before and after that. */
  readonly aroundMs: number;
  readonly perSecond: number;
}

/** What the callers of one contestant saw of a server that was killed and came back. */
export interface RestartOutcome {
  readonly contestant: string;
  readonly requests: number;
  readonly errors: readonly string[];
  /** The first answer after the server was back. Undefined when none came. */
  readonly firstAnswerMs: number | undefined;
  /** The last pause between two tries to open, of those that say so. */
  readonly lastRetryMs: number | undefined;
}

const connections = 10;
const workMs = 40;
const startMs = 20_000;

interface Port {
  readonly port: number;
}

export async function restart(
  contestant: HttpContestant,
  { downMs, aroundMs, perSecond }: RestartOptions,
): Promise<RestartOutcome> {
  const servers = [slowServer(), slowServer()] as const;
  try {
    const [first, second] = servers;
    // Both are there, so that it takes no time to come back.
    for (const server of servers) await server.next(startMs);
    first.send({ port: 0 });
    const { port } = await first.next(startMs);
    using worker = await Worker.of(contestant);
    await worker.make({ url: `http://127.0.0.1:${port}` }, connections);
    await worker.ask(connections);
    await worker.keepAsking(1000 / perSecond);
    await sleep(aroundMs);
    first.kill();
    await sleep(downMs);
    second.send({ port });
    await second.next(startMs);
    const returnedAt = performance.timeOrigin + performance.now();
    await sleep(aroundMs);
    const { calls, lastRetryMs } = await worker.stop();
    const answered = calls.filter(({ error, endedAt }) => error === undefined && endedAt >= returnedAt);
    return {
      contestant: contestant.name,
      requests: calls.length,
      errors: calls.flatMap(({ error }) => error ?? []),
      firstAnswerMs: answered.length === 0 ? undefined : Math.min(...answered.map(({ endedAt }) => endedAt)) - returnedAt,
      lastRetryMs,
    };
  } finally {
    for (const server of servers) server.kill();
  }
}

function slowServer(): Child<Port, Port> {
  return new Child('http-slow-server', [String(workMs)]);
}
