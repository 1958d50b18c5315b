import { chaosProxy } from '@pool/testkit';
import { Child } from '../child.ts';
import type { Target } from '../sockets/raw-connection.ts';
import type { Contestant } from './client.ts';
import type { Answer, Assignment } from './messages.ts';
import { SilentServer } from './silent-server.ts';
import type { Seen } from './waves.ts';

/** What a contestant does, and the server to it. */
export interface Experiment {
  /** The server closes a connection that was idle for this long. */
  readonly idleMs: number;
  /** Requests come this much earlier or later than that after the last answer. */
  readonly aroundMs: number;
  readonly clients: number;
  readonly connections: number;
  readonly waves: number;
}

export interface Outcome {
  readonly contestant: string;
  readonly linkMs: number;
  readonly early: Seen;
  readonly later: Seen;
  /** Sockets that it opened. */
  readonly opened: number;
  /** What its clients think the limit is, those that have an opinion. */
  readonly learnedMs: readonly number[];
}

/** All of them side by side, each in a process of its own, against one server: what the machine does meanwhile, it does to all. */
export async function runExperiment(
  contestants: readonly Contestant[],
  experiment: Experiment,
  linkMs: number,
): Promise<readonly Outcome[]> {
  const { idleMs, aroundMs } = experiment;
  await using server = await SilentServer.start({ idleMs, answerMs: 2 * aroundMs });
  // Awaited here: what is in use ends with this function.
  if (linkMs === 0) return await sideBySide(contestants, experiment, linkMs, server.target);
  await using proxy = await chaosProxy({ target: server.target });
  proxy.behave({ delayMs: linkMs / 2 });
  return await sideBySide(contestants, experiment, linkMs, { host: '127.0.0.1', port: proxy.port });
}

async function sideBySide(
  contestants: readonly Contestant[],
  experiment: Experiment,
  linkMs: number,
  { host, port }: Target,
): Promise<readonly Outcome[]> {
  const { idleMs, clients, connections, waves } = experiment;
  const children = contestants.map(({ name }) => ({
    name,
    child: new Child<Assignment, Answer>('idle-limit-worker', [name, host, String(port)]),
  }));
  try {
    for (const { child } of children) await child.next(60_000);
    // What counts is when a request reaches the server, and that is a round trip after its last answer left there.
    const assignment = { clients, connections, waves, pauseMs: idleMs - linkMs };
    for (const { child } of children) child.send(assignment);
    const limitMs = 60_000 + 3 * waves * idleMs;
    return await Promise.all(children.map(async ({ name, child }) => outcome(name, linkMs, await child.next(limitMs))));
  } finally {
    for (const { child } of children) child.kill();
  }
}

function outcome(contestant: string, linkMs: number, answer: Answer): Outcome {
  if (answer.kind !== 'done') throw new Error(`${contestant} answered '${answer.kind}' out of turn`);
  const { results, opened } = answer;
  const sum = (part: 'early' | 'later'): Seen => ({
    requests: results.reduce((total, each) => total + each[part].requests, 0),
    errors: results.flatMap((each) => each[part].errors),
  });
  const learnedMs = results.flatMap((each) => each.learnedMs ?? []);
  return { contestant, linkMs, early: sum('early'), later: sum('later'), opened, learnedMs };
}
