import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

// Works on each request for a while, so that some are under way whenever it is killed. Listens when it is told to.
const workMs = Number(process.argv[2]);
const server = createServer((_, response) => void setTimeout(() => response.end('ok hello world'), workMs));
process.once('message', async ({ port }: { readonly port: number }) => {
  server.listen(port, '127.0.0.1', 4096);
  await once(server, 'listening');
  process.send?.({ port: (server.address() as AddressInfo).port });
});
process.on('disconnect', () => process.exit());
process.send?.({ port: 0 });
