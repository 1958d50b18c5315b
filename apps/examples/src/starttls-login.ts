// A protocol that begins in the clear, changes to TLS, and then wants a login: both are init hooks, done before anybody is lent the connection.
// A server that declines STARTTLS (or somebody in between who makes it look so) gets no password: the open fails.
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { createSecureContext, TLSSocket } from 'node:tls';
import { Pool } from '@pool/core';
import { tcp } from '@pool/net';
import { testCertificates } from '@pool/testkit';
import { AuthError, authenticate, startTls } from '@pool/tls';

const { ca, server: certificate } = await testCertificates();
const secureContext = createSecureContext({ cert: certificate.cert, key: certificate.key });

let answer = 'OK';
const login = (socket: Socket): Socket =>
  socket.on('data', (line) => socket.write(`${line}` === 'LOGIN alice secret\n' ? 'OK\n' : `you said ${line}`));
const server = createServer((socket) => {
  socket
    .on('error', () => {})
    .once('data', () => {
      socket.write(`${answer}\n`);
      if (answer === 'OK') login(new TLSSocket(socket, { isServer: true, secureContext }));
    });
}).listen(0, '127.0.0.1');
await once(server, 'listening');
const { port } = server.address() as AddressInfo;

const secure = startTls({
  tls: { host: 'localhost', ca: ca.cert },
  negotiate: async (wire, { signal }) => {
    await wire.write('STARTTLS\n', { signal });
    return (await wire.readLine({ signal })) === 'OK';
  },
});
const authenticated = authenticate({
  credentials: { username: 'alice', password: 'secret' },
  exchange: async (wire, credentials, { signal }) => {
    const secret = 'password' in credentials ? credentials.password : credentials.accessToken;
    await wire.write(`LOGIN ${credentials.username} ${secret}\n`, { signal });
    if ((await wire.readLine({ signal })) !== 'OK') throw new AuthError('the login was refused');
  },
});

const pool = new Pool(tcp({ host: '127.0.0.1', port }), { min: 2, max: 2, init: [secure, authenticated] });
await pool.ready();
await pool.use(async (wire) => {
  await wire.write('hello\n');
  console.log(`encrypted: ${wire.secure}, and the server says: ${await wire.readLine()}`);
});
await pool.close();

answer = 'NO';
const declined = new Pool(tcp({ host: '127.0.0.1', port }), { max: 1, init: [secure, authenticated], whenDown: 'refuse' });
await declined.acquire().catch((error) => console.log(`STARTTLS declined: ${error.cause.code}`));
await declined.close();
server.close();
