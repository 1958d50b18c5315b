import { once } from 'node:events';
import { connect } from 'node:net';
import type { Recipe } from '../recipe.ts';

export interface RedisOptions {
  /** Further command line options, e.g. ['--timeout', '1']. @default [] */
  readonly args?: readonly string[];
}

/** A Redis that keeps nothing on disk. */
export function redis(options: RedisOptions = {}): Recipe {
  return {
    name: 'redis',
    binary: 'redis-server',
    aptPackage: 'redis-server',
    prepare({ dir, port }) {
      const own = ['--port', String(port()), '--bind', '127.0.0.1', '--dir', dir, '--save', '', '--appendonly', 'no'];
      return { args: [...own, ...(options.args ?? [])] };
    },
    async ready({ port }) {
      const socket = connect(port(), '127.0.0.1');
      try {
        socket.write('PING\r\n');
        const [answer] = await once(socket.setEncoding('utf8'), 'data');
        if (!String(answer).startsWith('+PONG')) throw new Error(`it answered ${String(answer).trim()}`);
      } finally {
        socket.destroy();
      }
    },
  };
}
