// Twenty connections, always open: what breaks is replaced in the background.
// Only errors that mean "the connection is broken" cost it its place; those that are the caller's own business give it back.
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { ConnectionError, Pool } from '@pool/core';
import { tcp } from '@pool/net';

const server = createServer((socket) => {
  socket.on('error', () => {}).on('data', () => socket.write('PONG\n'));
}).listen(0, '127.0.0.1');
await once(server, 'listening');
const { port } = server.address() as AddressInfo;

const pool = new Pool(tcp({ host: '127.0.0.1', port }), { min: 20, max: 20 });
await pool.ready();
console.log(`${pool.stats.idle} connections are ready`);

const answer = await pool.use(async (wire) => {
  await wire.write('PING\n');
  return wire.readLine();
});
console.log(`PING was answered with ${answer}`);

const replaced = new Promise((resolve) => pool.once('open', resolve));
await pool
  .use(() => {
    throw new ConnectionError('something awful happened');
  })
  .catch((error: Error) => console.log(`the work failed: ${error.message}`));
await replaced;
console.log(`its connection was replaced: ${pool.stats.idle} are ready, ${pool.stats.totals.opened} were opened`);

await pool
  .use(() => {
    throw new RangeError('a mistake of my own');
  })
  .catch((error: Error) => console.log(`the work failed: ${error.message}`));
console.log(`its connection went back: ${pool.stats.idle} are ready, ${pool.stats.totals.opened} were opened`);

await pool.close();
server.close();
