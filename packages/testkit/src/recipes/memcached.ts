import { once } from 'node:events';
import { connect } from 'node:net';
import type { Recipe } from '../recipe.ts';
import { isRoot, ordinaryAccount } from './account.ts';

export interface MemcachedOptions {
  /** Further command line options, e.g. ['-c', '10']. @default [] */
  readonly args?: readonly string[];
}

/** memcached with 16 MB. */
export function memcached(options: MemcachedOptions = {}): Recipe {
  return {
    name: 'memcached',
    binary: 'memcached',
    aptPackage: 'memcached',
    prepare({ port }) {
      const own = ['-l', '127.0.0.1', '-p', String(port()), '-m', '16', '-vv'];
      // It refuses to be root.
      return { args: [...own, ...(options.args ?? [])], ...(isRoot() && { account: ordinaryAccount() }) };
    },
    // It has nothing to save, and takes a second to end on SIGTERM.
    stopSignal: 'SIGKILL',
    async ready({ port }) {
      const socket = connect(port(), '127.0.0.1');
      try {
        socket.write('version\r\n');
        const [answer] = await once(socket.setEncoding('ascii'), 'data');
        if (!String(answer).startsWith('VERSION')) throw new Error(`it answered ${String(answer).trim()}`);
      } finally {
        socket.destroy();
      }
    },
  };
}
