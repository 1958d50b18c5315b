// One pool for many hosts: each has connections of its own, made when the host is first asked, under one limit for all.
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { KeyedPool } from '@pool/core';
import { tcp } from '@pool/net';

let open = 0;
let most = 0;
const servers: Server[] = [];
async function serve(name: string): Promise<number> {
  const server = createServer((socket) => {
    most = Math.max(most, ++open);
    socket.on('close', () => open--).on('error', () => {});
    socket.on('data', () => socket.write(`${name} says hello\n`));
  }).listen(0, '127.0.0.1');
  servers.push(server);
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}
const names = ['alpha', 'beta', 'gamma'] as const;
const ports = { alpha: await serve('alpha'), beta: await serve('beta'), gamma: await serve('gamma') };

// At most two connections to each host, and four in all: an idle one of another host is closed when there is no room.
const hosts = new KeyedPool((host: keyof typeof ports) => tcp({ host: '127.0.0.1', port: ports[host] }), {
  maxPerKey: 2,
  maxTotal: 4,
});
async function ask(host: keyof typeof ports): Promise<string> {
  return hosts.use(host, async (wire) => {
    await wire.write('who are you?\n');
    return wire.readLine();
  });
}
for (const name of names) console.log(await ask(name));

await Promise.all(Array.from({ length: 10 }, () => names.map(ask)).flat());
for (const [host, pool] of hosts) console.log(`${host} was asked ${pool.stats.totals.acquired} times`);
console.log(`connections at once: ${most <= 4 ? 'never more than 4' : most}`);

await hosts.close();
for (const server of servers) server.close();
