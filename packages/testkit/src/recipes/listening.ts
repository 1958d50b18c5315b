import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import type { Site } from '../recipe.ts';

/** As /proc/net/tcp says it. */
const listen = '0A';

/**
 * For recipes of servers that connect on to another one: ready without being connected to, so that the other one sees no client that no
 * test has made. Where the system does not tell, it connects.
 */
export function listening(...names: readonly string[]): (site: Site) => Promise<void> {
  return async ({ port }) => {
    for (const name of names) {
      const table = await readFile('/proc/net/tcp', 'ascii').catch(() => undefined);
      if (table === undefined) {
        const socket = connect(port(name), '127.0.0.1');
        await once(socket, 'connect').finally(() => socket.destroy());
      } else if (!isListed(table, port(name))) {
        throw new Error(`nobody listens on port ${port(name)} (${name})`);
      }
    }
  };
}

function isListed(table: string, port: number): boolean {
  const end = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  return table.split('\n').some((line) => {
    const [, local = '', , state] = line.trim().split(/\s+/);
    return local.endsWith(end) && state === listen;
  });
}
