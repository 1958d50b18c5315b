// MariaDB (or MySQL) clients, pooled: the protocol has a reset of its own, which makes a returned connection as good as new.
// The client brings a pool, which is the better choice for a program that talks to one database and wants nothing of what is shown here.
import { type Connector, Pool } from '@pool/core';
import { realServer } from '@pool/testkit';
import { type Connection, createConnection, SqlError } from 'mariadb';
import { mariadb } from './servers/mariadb.ts';

await using server = await realServer(mariadb(), { startTimeoutMs: 30_000 });
const account = { host: '127.0.0.1', port: server.port(), user: 'alice', password: 'secret', connectTimeout: 5_000 };

const connections: Connector<Connection> = {
  open: async () => {
    const connection = await createConnection(account);
    // Without a listener an error would end the process.
    return connection.on('error', () => {});
  },
  close: (connection) => connection.end(),
  destroy: (connection) => connection.destroy(),
  isAlive: (connection) => connection.isValid(),
  reset: (connection) => connection.reset(),
  ping: (connection) => connection.ping(),
  watch: (connection, onBroken) => {
    connection.once('end', onBroken);
    return () => connection.off('end', onBroken);
  },
  // Fatal ones ended the connection; the others are answers.
  brokenBy: [(error) => error instanceof SqlError && error.fatal],
  openVerdict: (error) => (error instanceof SqlError && error.code === 'ER_ACCESS_DENIED_ERROR' ? 'fatal' : undefined),
};

const pool = new Pool(connections, { min: 2, max: 4 });
await pool.ready();
const ask = (sql: string): Promise<unknown> =>
  pool.use(async (connection) => (await connection.query({ sql, rowsAsArray: true }))[0]?.[0]);
console.log(`6 × 7 is ${await ask('SELECT 6 * 7')}`);

await pool.use((connection) => connection.query('SET @secret = 42'));
const seen = await Promise.all([ask('SELECT @secret'), ask('SELECT @secret')]);
console.log(`a variable that somebody left behind: ${seen.map(String).join(', ')}`);

await ask('SELECT nonsense').catch(({ code }) => console.log(`${code}: ${pool.stats.totals.opened} were opened`));

const full = new Promise<void>((resolve) => {
  pool.on('open', () => pool.stats.idle + pool.stats.leased >= 2 && resolve());
});
await pool.use(async (connection) => {
  const others = await connection.query(
    'SELECT id FROM information_schema.processlist WHERE id <> connection_id() AND user = ?',
    ['alice'],
  );
  for (const { id } of others) await connection.query(`KILL ${id}`);
  console.log(`the server dropped ${others.length}`);
});
await full;
console.log(`${pool.stats.idle} are ready, ${pool.stats.totals.opened} were opened`);
await pool.close();

const wrong = new Pool({ ...connections, open: () => createConnection({ ...account, password: 'wrong' }) }, { max: 1 });
await wrong.acquire().catch((error) => console.log(`told at once, not after 30 s: ${error.cause.code}`));
await wrong.close();
