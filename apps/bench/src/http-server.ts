import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { available, nginx, realServer, testCertificates } from '@pool/testkit';
import type { HttpTarget } from './contestants/http-target.ts';

// Gives a small answer to every request: nginx where it is installed, else Node. In a process of its own: what a server takes is not to be measured.
const [protocol = 'http', idleMs = '3600000'] = process.argv.slice(2);
const { ca, server: certificate } = await testCertificates();
const idleSeconds = Math.round(Number(idleMs) / 1000);
const recipe = nginx({
  http: `keepalive_requests 100000000; keepalive_timeout ${idleSeconds}s; ssl_protocols TLSv1.2 TLSv1.3;`,
  server: "location / { return 200 'ok hello world'; }",
  ...(protocol === 'https' && { certificate }),
});
if (available(recipe)) {
  const server = await realServer(recipe);
  tell('nginx', server.port());
  process.on('disconnect', () => void server[Symbol.asyncDispose]().then(() => process.exit()));
} else {
  // With a Connection of its own it says nothing of its limit, as nginx does.
  const answer: RequestListener = (_, response) => response.setHeader('Connection', 'keep-alive').end('ok hello world');
  const options = { keepAliveTimeout: Number(idleMs), requestTimeout: 0 };
  const server =
    protocol === 'https' ? createSecureServer({ ...certificate, ...options }, answer) : createServer(options, answer);
  server.listen(0, '127.0.0.1', 4096);
  await once(server, 'listening');
  tell('node:http', (server.address() as AddressInfo).port);
  process.on('disconnect', () => process.exit());
}

function tell(name: string, port: number): void {
  process.send?.({ name, port, ca: ca.cert } satisfies HttpTarget);
}
