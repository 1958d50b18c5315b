// PostgreSQL clients, pooled: ready, rolled back when they come back, and replaced as soon as the server drops one.
// pg has a pool of its own, which is the better choice for a program that talks to one database and wants nothing of what is shown here.
import { Socket } from 'node:net';
import { type Connector, Pool } from '@pool/core';
import { isSocketError } from '@pool/net';
import { postgres, realServer } from '@pool/testkit';
import { Client } from 'pg';

await using server = await realServer(postgres());
const account = { host: '127.0.0.1', port: server.port(), user: 'postgres', password: 'secret', database: 'postgres' };

/** With the socket, to end one that does not listen to words any more. */
interface Session {
  readonly client: Client;
  readonly socket: Socket;
}
const sessions: Connector<Session> = {
  open: async ({ signal }) => {
    const socket = new Socket({ signal });
    const client = new Client({ ...account, stream: () => socket });
    // Without a listener an error would end the process.
    client.on('error', () => {});
    await client.connect();
    return { client, socket };
  },
  close: ({ client }) => client.end(),
  destroy: ({ socket }) => socket.destroy(),
  isAlive: ({ socket }) => socket.readyState === 'open',
  // What its last user left open. It costs a round trip, for which nobody waits.
  reset: async ({ client }) => void (await client.query('ROLLBACK')),
  ping: async ({ client }) => void (await client.query('SELECT 1')),
  watch: ({ client }, onBroken) => {
    client.once('end', onBroken);
    return () => client.off('end', onBroken);
  },
  brokenBy: [isSocketError],
};

const pool = new Pool(sessions, {
  min: 2,
  max: 4,
  init: async function setZone({ client }) {
    await client.query("SET TIME ZONE 'UTC'");
  },
});
await pool.ready();
const ask = async (sql: string): Promise<unknown> => {
  const { rows } = await pool.use(({ client }) => client.query({ text: sql, rowMode: 'array' }));
  return rows[0]?.[0];
};
console.log(`6 × 7 is ${await ask('SELECT 6 * 7')}, the time zone is ${await ask('SHOW timezone')}`);

await pool.use(({ client }) => client.query('BEGIN; CREATE TABLE forgotten (a int)'));
console.log(`the table of a transaction that was left open: ${await ask("SELECT to_regclass('forgotten')")}`);

await ask('SELECT 1 / 0').catch((error: Error) => console.log(`${error.message}: ${pool.stats.totals.opened} were opened`));

const full = new Promise<void>((resolve) => {
  pool.on('open', () => pool.stats.idle + pool.stats.leased >= 2 && resolve());
});
const others = "FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()";
console.log(`the server dropped ${await ask(`SELECT count(pg_terminate_backend(pid)) ${others}`)}`);
await full;
console.log(`${pool.stats.idle} are ready, ${pool.stats.totals.opened} were opened`);
await pool.close();
