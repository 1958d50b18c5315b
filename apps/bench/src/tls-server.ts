import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:tls';
import { testCertificates } from '@pool/testkit';
import type { TlsTarget } from './contestants/tls-target.ts';

// Says again what it hears, over TLS. In a process of its own: what a server takes is not to be measured.
const { ca, server: certificate } = await testCertificates();
const server = createServer({ ...certificate, noDelay: true }, (socket) => {
  socket.on('error', () => {});
  socket.on('data', (bytes) => socket.write(bytes));
});
server.listen(0, '127.0.0.1', 4096);
await once(server, 'listening');
const { port } = server.address() as AddressInfo;
const target: TlsTarget = { host: 'localhost', port, ca: ca.cert };
process.send?.(target);
process.on('disconnect', () => process.exit());
