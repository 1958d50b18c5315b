import { chaosProxy } from '@pool/testkit';
import { SilentServer } from '../idle-limit/silent-server.ts';
import type { HttpContestant, Method } from './clients/client.ts';
import { Worker } from './worker.ts';

export interface IdleCloseOptions {
  /** The server closes a connection that was idle for this long, and nothing announces it. */
  readonly idleMs: number;
  /** Requests come this much earlier or later than that after the last answer. */
  readonly aroundMs: number;
  readonly clients: number;
  readonly connections: number;
  readonly waves: number;
}

/** What the callers of one contestant saw. */
export interface IdleCloseOutcome {
  readonly contestant: string;
  readonly method: Method;
  readonly linkMs: number;
  readonly requests: number;
  readonly errors: readonly string[];
}

/** Requests that meet the goodbye of their connection on the way: all contestants side by side, each in two processes of its own. */
export async function idleClose(
  contestants: readonly HttpContestant[],
  { idleMs, aroundMs, clients, connections, waves }: IdleCloseOptions,
  linkMs: number,
): Promise<readonly IdleCloseOutcome[]> {
  await using server = await SilentServer.start({ idleMs, answerMs: 2 * aroundMs });
  await using proxy = await chaosProxy({ target: server.target });
  proxy.behave({ delayMs: linkMs / 2 });
  const place = { url: `http://127.0.0.1:${linkMs === 0 ? server.target.port : proxy.port}` };
  const runs: { readonly contestant: string; readonly method: Method; readonly worker: Worker }[] = [];
  try {
    for (const contestant of contestants) {
      for (const method of ['GET', 'POST'] as const) {
        runs.push({ contestant: contestant.name, method, worker: await Worker.of(contestant) });
      }
    }
    return await Promise.all(
      runs.map(async ({ contestant, method, worker }) => {
        // What counts is when a request reaches the server, and that is a round trip after its last answer left there.
        const order = { kind: 'waves', place, method, clients, connections, waves, pauseMs: idleMs - linkMs } as const;
        const { results } = await worker.waves(order);
        const seen = results.flatMap(({ early, later }) => [early, later]);
        const requests = seen.reduce((sum, part) => sum + part.requests, 0);
        return { contestant, method, linkMs, requests, errors: seen.flatMap(({ errors }) => errors) };
      }),
    );
  } finally {
    for (const { worker } of runs) worker[Symbol.dispose]();
  }
}
