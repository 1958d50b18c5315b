import { setTimeout as sleep } from 'node:timers/promises';
import { httpContestants } from './http/clients/all.ts';
import type { HttpClient } from './http/clients/client.ts';
import type { Answer, Call, Order } from './http/messages.ts';
import { type Result, waves } from './idle-limit/waves.ts';
import { SocketCount } from './sockets/socket-count.ts';

// One contestant, alone in this process, that does as it is told.
const contestant = httpContestants.find(({ name }) => name === process.argv[2]);
if (contestant === undefined) throw new Error(`no ${process.argv[2]}`);
const { make } = contestant;
const sockets = new SocketCount();
let client: HttpClient | undefined;
let pending: Promise<Call>[] = [];
let pace: NodeJS.Timeout | undefined;

async function obey(order: Order): Promise<Answer> {
  switch (order.kind) {
    case 'make':
      await client?.close();
      client = make(order.place, order.connections);
      if (order.warm > 0) await client.warm?.(order.warm);
      break;
    case 'ask':
      for (let left = order.count; left > 0; left--) ask();
      break;
    case 'keep asking':
      pace = setInterval(ask, order.everyMs);
      return { kind: 'ready' };
    case 'stop':
      clearInterval(pace);
      break;
    case 'waves':
      return { kind: 'results', results: await inWaves(order), opened: sockets.tried };
  }
  const calls = await Promise.all(pending);
  pending = [];
  return { kind: 'calls', calls, lastRetryMs: client?.lastRetryMs?.() };
}

function ask(): void {
  const startedAt = performance.now();
  const ended = (error: unknown): Call => {
    const now = performance.now();
    return { endedAt: performance.timeOrigin + now, ms: now - startedAt, error: error === undefined ? undefined : String(error) };
  };
  if (client !== undefined) pending.push(client.request('GET').then(() => ended(undefined), ended));
}

function inWaves({ place, method, clients, ...options }: Order & { readonly kind: 'waves' }): Promise<readonly Result[]> {
  return Promise.all(
    Array.from({ length: clients }, async (_, index) => {
      // Not all at the same moment.
      await sleep((index * options.pauseMs) / clients);
      const { request, close } = make(place, options.connections);
      const result = await waves({ request: () => request(method), close }, options);
      await close();
      return result;
    }),
  );
}

process.on('message', (order: Order) => {
  void obey(order).then((answer) => process.send?.(answer));
});
process.on('disconnect', () => process.exit());
process.send?.({ kind: 'ready' } satisfies Answer);
