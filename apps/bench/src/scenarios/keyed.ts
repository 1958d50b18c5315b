import { type Connection, type Contestant, longMs, type Subject } from '../contestants/contestant.ts';
import { pool } from '../contestants/pool.ts';

const maxPerKey = 4;

/** Pools by key: what a client of many hosts has. */
export interface Keyed {
  /** Makes a pool for it, without a connection. */
  know(key: string): void;
  /** Lends a connection of this key and takes it back. */
  use(key: string): Promise<void>;
  close(): Promise<void>;
}

/** @param maxTotal over all keys; other pools have no such limit */
export async function keyed(contestant: Contestant, open: () => Promise<Connection>, maxTotal: number): Promise<Keyed> {
  return contestant === pool ? ours(open, maxTotal) : inMap(contestant, open);
}

async function ours(open: () => Promise<Connection>, maxTotal: number): Promise<Keyed> {
  const { KeyedPool } = await import('@pool/core');
  const pools = new KeyedPool<string, Connection>(() => ({ open }), {
    maxPerKey,
    maxTotal,
    acquireTimeoutMs: longMs,
    idleTimeoutMs: Infinity,
    emptyPoolTtlMs: Infinity,
  });
  return {
    know: (key) => void pools.at(key),
    use: async (key) => {
      const lease = await pools.acquire(key);
      lease.release();
    },
    close: async () => {
      await pools.close();
    },
  };
}

/** What one writes by hand around a pool that knows nothing of keys. */
function inMap(contestant: Contestant, open: () => Promise<Connection>): Keyed {
  const subjects = new Map<string, Promise<Subject>>();
  const at = (key: string): Promise<Subject> => {
    const known = subjects.get(key);
    if (known !== undefined) return known;
    const made = contestant.make({ warm: 1, max: maxPerKey, open });
    subjects.set(key, made);
    return made;
  };
  return {
    know: (key) => void at(key),
    use: async (key) => {
      const subject = await at(key);
      subject.release(await subject.acquire());
    },
    close: async () => {
      for (const subject of subjects.values()) await (await subject).close();
    },
  };
}
