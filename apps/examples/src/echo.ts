// Twenty tasks at once talk to an echo server over one pool, which opens as many connections as it takes and keeps them for the next ones.
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { Pool } from '@pool/core';
import { tcp } from '@pool/net';

const server = createServer((socket) => socket.pipe(socket).on('error', () => {})).listen(0, '127.0.0.1');
await once(server, 'listening');
const { port } = server.address() as AddressInfo;

const pool = new Pool(tcp({ host: '127.0.0.1', port }), { max: 10 });

async function echo(data: string): Promise<string> {
  return pool.use(async (wire) => {
    await wire.write(`${data}\n`);
    return wire.readLine();
  });
}
for (const round of ['first', 'second']) {
  const sent = Array.from({ length: 20 }, (_, task) => `${round} round, task ${task}`);
  const received = await Promise.all(sent.map(echo));
  const right = received.filter((text, task) => text === sent[task]).length;
  console.log(`${round} round: ${right} of ${sent.length} echoes are right`);
}
const { idle, totals } = pool.stats;
console.log(`every connection that was opened is still there: ${idle === totals.opened && idle <= 10}`);

await pool.close();
console.log(`after closing: ${pool.stats.idle}`);
server.close();
