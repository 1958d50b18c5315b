import { setTimeout as sleep } from 'node:timers/promises';
import { contestants } from './idle-limit/clients/all.ts';
import type { Answer, Assignment } from './idle-limit/messages.ts';
import { type Result, waves } from './idle-limit/waves.ts';
import { SocketCount } from './sockets/socket-count.ts';

// Some clients of one kind, alone in this process.
const [name, host = '', port] = process.argv.slice(2);
const contestant = contestants.find((each) => each.name === name);
if (contestant === undefined) throw new Error(`no ${name}`);
const { make } = contestant;

async function use(index: number, assignment: Assignment): Promise<Result> {
  // Not all at the same moment.
  await sleep((index * assignment.pauseMs) / assignment.clients);
  const client = await make({ host, port: Number(port) }, assignment.connections);
  const result = await waves(client, assignment);
  await client.close();
  return result;
}

function answer(message: Answer): void {
  process.send?.(message);
}

const sockets = new SocketCount();
// It stays until it is killed: what ends right after it has spoken may not be heard to the end.
process.on('message', (assignment: Assignment) => {
  void Promise.all(Array.from({ length: assignment.clients }, (_, index) => use(index, assignment))).then((results) => {
    answer({ kind: 'done', results, opened: sockets.tried });
  });
});
answer({ kind: 'ready' });
