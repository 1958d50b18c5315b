// A keep-alive in the protocol's own words: every idle connection says PING every 30 seconds, and one that gets no PONG is replaced.
// So that nobody has to wait for it here, time is moved by hand.
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { Pool } from '@pool/core';
import { FakeClock } from '@pool/core/testing';
import { ProtocolError, tcp } from '@pool/net';

let pings = 0;
let unanswered = 0;
let deaf = false;
const server = createServer((socket) => {
  socket
    .on('error', () => {})
    .on('data', () => {
      pings += 1;
      if (!deaf) return socket.write('PONG\n');
      deaf = false;
      return ++unanswered;
    });
}).listen(0, '127.0.0.1');
await once(server, 'listening');
const { port } = server.address() as AddressInfo;

const clock = new FakeClock();
const pool = new Pool(tcp({ host: '127.0.0.1', port }), {
  min: 3,
  max: 3,
  pingTimeoutMs: 5_000,
  keepAlive: {
    intervalMs: 30_000,
    ping: async (wire, { signal }) => {
      await wire.write('PING\n', { signal });
      if ((await wire.readLine({ signal })) !== 'PONG') throw new ProtocolError('PING was not answered with PONG');
    },
  },
  clock,
});
pool.on('discard', ({ reason }) => console.log(`a connection was closed: ${reason}`));
await pool.ready();

await pass(30);
console.log(`after 30 s the server has heard ${pings} pings`);
deaf = true;
await pass(40);
console.log(`after 70 s ${pool.stats.idle} are ready, ${pool.stats.totals.opened} were opened`);

pool.removeAllListeners('discard');
await pool.close();
server.close();

/** Lets so many seconds pass, and after each of them the network do its work. */
async function pass(seconds: number): Promise<void> {
  for (let second = 0; second < seconds; second++) {
    await clock.advance(1_000);
    while (pool.stats.checking + pool.stats.opening > unanswered) await clock.settle();
  }
}
