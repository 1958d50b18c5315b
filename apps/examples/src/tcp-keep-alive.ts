// TCP's own keep-alive is on unless it is switched off: a peer that vanished is noticed although nobody says anything.
// The first probe goes out after keepAliveInitialDelay without traffic, then one a second; after ten without an answer the connection is replaced.
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { Pool } from '@pool/core';
import { tcp } from '@pool/net';

const server = createServer().listen(0, '127.0.0.1');
await once(server, 'listening');
const { port } = server.address() as AddressInfo;

for (const options of [{}, { keepAliveInitialDelay: 2_000 }, { keepAlive: false }]) {
  const pool = new Pool(tcp({ host: '127.0.0.1', port, ...options }), { min: 3, max: 3 });
  await pool.ready();
  console.log(`tcp(${JSON.stringify(options)}): ${probing()}`);
  await pool.close();
}
server.close();

/** In how many of our connections the system has armed the timer; what `ss -o` shows. */
function probing(): string {
  const table = '/proc/net/tcp';
  if (!existsSync(table)) return 'only Linux tells whether its timer is armed';
  const peer = `0100007F:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const delays: number[] = [];
  for (const line of readFileSync(table, 'utf8').split('\n')) {
    const [, , remote, , , timer = ''] = line.trim().split(/\s+/);
    // 02 is the keep-alive's; what follows is how long it still has, in hundredths of a second.
    if (remote === peer && timer.startsWith('02:')) delays.push(Math.ceil(Number.parseInt(timer.slice(3), 16) / 100));
  }
  return delays.length === 0 ? 'no connection is probed' : `probed after ${delays.join(', ')} s of silence`;
}
