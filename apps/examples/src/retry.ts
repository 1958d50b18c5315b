// Work that may be done twice is wrapped in `retry`: when its connection breaks it is done again, over another one.
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { Pool, retry } from '@pool/core';
import { tcp } from '@pool/net';

// It hangs up on the first two who send something.
let requests = 0;
const server = createServer((socket) => {
  socket.on('error', () => {}).on('data', () => (++requests <= 2 ? socket.destroy() : socket.write('OK\n')));
}).listen(0, '127.0.0.1');
await once(server, 'listening');
const { port } = server.address() as AddressInfo;

const pool = new Pool(tcp({ host: '127.0.0.1', port }), { max: 1 });

const send = retry((data: string) =>
  pool.use(async (wire, { lease }) => {
    console.log(`sending '${data}' over connection ${lease.connectionId}`);
    await wire.write(`${data}\n`);
    return wire.readLine();
  }),
);

console.log(`the answer is ${await send('hello')}`);
await pool.close();
server.close();
