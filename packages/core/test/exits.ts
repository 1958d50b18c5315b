import { type Connector, constant, Pool, retry } from '../src/index.ts';

// Run by process-exit.test.ts in a process of its own, on the system's clock: node exits.ts <scenario>.

const print = (text: string): void => void process.stdout.write(`${text}\n`);
const never = new Promise<never>(() => {});
const hour = 3_600_000;
let opened = 0;
const connector: Connector<string> = { open: () => `c${++opened}`, ping: () => {}, close: () => {} };
const timed = { idleTimeoutMs: hour, leakAfterMs: hour, maxLifetimeMs: hour, keepAlive: { intervalMs: hour }, name: 'db' };

/** Each ends with nothing left to do, or waits for what only the pool's timer brings. */
const scenarios: Readonly<Record<string, () => Promise<void>>> = {
  async idle() {
    const pool = new Pool(connector, { ...timed, max: 2, min: 2 });
    await pool.ready();
    print(`${pool.stats.idle} idle`);
  },
  async leased() {
    const pool = new Pool(connector, { ...timed, max: 1 });
    const lease = await pool.acquire();
    print(`${lease.value} leased`);
  },
  async failing() {
    const down = { open: () => Promise.reject(new Error('refused')) };
    const pool = new Pool<string>(down, { max: 1, min: 1, openBackoff: constant(hour) });
    const failed = new Promise<void>((resolve) => pool.once('openError', () => resolve()));
    await failed;
    print('failed');
  },
  async opening() {
    new Pool<string>({ open: () => never }, { max: 1, min: 1, openTimeoutMs: hour });
    await Promise.resolve();
    print('opening');
  },
  async waiting() {
    const pool = new Pool<string>({ open: () => never }, { max: 1, openTimeoutMs: hour });
    await pool.acquire({ timeoutMs: 100 }).catch((error: { code: string }) => print(error.code));
  },
  async ready() {
    const pool = new Pool<string>({ open: () => never }, { max: 1, openTimeoutMs: hour });
    await pool.ready({ timeoutMs: 100 }).catch((error: { code: string }) => print(error.code));
  },
  async backingOff() {
    let tries = 0;
    const flaky = { open: () => (++tries < 3 ? Promise.reject(new Error('refused')) : 'c') };
    const pool = new Pool<string>(flaky, { max: 1, openBackoff: constant(50) });
    print((await pool.acquire()).value);
  },
  async draining() {
    const pool = new Pool(connector, { ...timed, max: 1 });
    const lease = await pool.acquire();
    const { leaked } = await pool.close({ drainTimeoutMs: 100 });
    print(`${leaked.length} leaked, ${lease.active ? 'active' : 'ended'}`);
  },
  async hungClose() {
    const pool = new Pool<string>({ open: () => 'c', close: () => never }, { max: 1, closeTimeoutMs: 100 });
    await pool.ready();
    await pool.close();
    print('closed');
  },
  async closed() {
    const pool = new Pool(connector, { ...timed, max: 2, min: 2 });
    await pool.ready();
    await pool.close();
    print(pool.state);
  },
  async retrying() {
    let tries = 0;
    const work = retry(() => (++tries < 3 ? Promise.reject(new RangeError('not yet')) : 'done'), {
      retryOn: [RangeError],
      backoff: constant(50),
    });
    print(await work());
  },
};

await scenarios[process.argv[2] ?? '']?.();
