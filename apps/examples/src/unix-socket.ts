// A Unix socket instead of host and port; everything else stays the same.
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Pool } from '@pool/core';
import { tcp } from '@pool/net';

const folder = await mkdtemp(join(tmpdir(), 'pool-example-'));
const path = join(folder, 'echo.sock');
const server = createServer((socket) => socket.pipe(socket)).listen(path);
await once(server, 'listening');

const pool = new Pool(tcp({ path }), { min: 1, max: 4 });
for (const text of ['hello', 'again']) {
  const answer = await pool.use(async (wire) => {
    await wire.write(`${text}\n`);
    return wire.readLine();
  });
  console.log(`${answer}, over echo.sock`);
}
console.log(`connections opened: ${pool.stats.totals.opened}`);

await pool.close();
server.close();
await rm(folder, { recursive: true });
