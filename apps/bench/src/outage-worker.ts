import { contestants } from './outages/contestants/all.ts';
import type { Answer, Order } from './outages/messages.ts';
import { Trial } from './outages/trial.ts';
import { SocketCount } from './sockets/socket-count.ts';

// One pool in one outage, alone in this process: what it leaves behind is seen, and what it burns burns nobody else.
const [name, host = '', port] = process.argv.slice(2);
const contestant = contestants.find((each) => each.name === name);
if (contestant === undefined) throw new Error(`no ${name}`);

const sockets = new SocketCount();
const trial = new Trial(await contestant.make({ host, port: Number(port) }), sockets);
await trial.warmUp();

function answer(message: Answer): void {
  process.send?.(message);
}

process.on('message', (order: Order) => {
  if (order.kind === 'down') trial.down();
  else if (order.kind === 'up') trial.up(order.at);
  else void trial.finish().then((report) => answer({ kind: 'report', report }));
});
answer({ kind: 'ready' });
