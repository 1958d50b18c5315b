// At most four connections, however many ask: the others wait in line, first come, first served, for as long as they are willing to.
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { Pool } from '@pool/core';
import { tcp } from '@pool/net';

let open = 0;
let most = 0;
const server = createServer((socket) => {
  most = Math.max(most, ++open);
  socket.on('close', () => open--).on('error', () => {});
  // Each answer takes 5 ms.
  socket.on('data', (data) => setTimeout(() => socket.write(data), 5));
}).listen(0, '127.0.0.1');
await once(server, 'listening');
const { port } = server.address() as AddressInfo;

const pool = new Pool(tcp({ host: '127.0.0.1', port }), { max: 4, acquireTimeoutMs: 5_000 });
const order: number[] = [];

async function caller(number: number): Promise<void> {
  await pool.use(async (wire) => {
    order.push(number);
    await wire.write(`${number}\n`);
    await wire.readLine();
  });
}
const callers = Array.from({ length: 20 }, (_, number) => caller(number));
console.log(`20 callers: ${pool.stats.waiting} of them wait`);
await Promise.all(callers);
console.log(`all were served, in this order: ${order.join(' ')}`);
console.log(`the server never had more than ${most} connections`);

// Who does not want to wait for ever is told why there was nothing.
const leases = await Promise.all([1, 2, 3, 4].map((number) => pool.acquire({ label: `report ${number}` })));
await pool.acquire({ timeoutMs: 50 }).catch((error: Error) => console.log(error.message));
for (const lease of leases) lease.release();
await pool.close();
server.close();
