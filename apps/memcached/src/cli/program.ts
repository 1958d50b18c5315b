import type { Connector } from '@pool/core';
import type { Wire } from '@pool/net';
import { Command, Option } from 'commander';
import { Memcached, type MemcachedOptions } from '../client.ts';
import { bench } from './bench.ts';
import type { Console } from './console.ts';
import { integer } from './integer.ts';
import { transportTo } from './transport-to.ts';

/** What every command takes. */
interface Target {
  readonly server: Connector<Wire>;
  readonly user?: string;
  readonly allowCleartext?: boolean;
}

const nearest = '127.0.0.1:11211';

export function program(console: Console): Command {
  const program = new Command('memcached').description('Asks a memcached, over a pool of ready connections.');

  command('get <key>', 'print the value of a key').action((key: string, target: Target) =>
    ask(target, async (client) => {
      const value = await client.get(key);
      if (value === undefined) throw new Error(`there is no '${key}'`);
      console.print(Buffer.concat([value, Buffer.from('\n')]));
    }),
  );
  command('set <key> <value>', 'store a value')
    .option('-t, --ttl <seconds>', 'forget it after so long (default: when room is needed)', integer)
    .action((key: string, value: string, { ttl = Infinity, ...target }: Target & { readonly ttl?: number }) =>
      ask(target, (client) => client.set(key, value, { ttlMs: ttl * 1000 })),
    );
  command('delete <key>', 'forget a key').action((key: string, target: Target) =>
    ask(target, async (client) => {
      if (!(await client.delete(key))) throw new Error(`there is no '${key}'`);
    }),
  );
  command('stats', 'print how the server is doing').action((target: Target) =>
    ask(target, async (client) => {
      const lines = [...(await client.stats())].map(([name, value]) => `${name} ${value}\n`);
      console.print(lines.join(''));
    }),
  );
  command('bench', 'get one value again and again, with and without a pool')
    .option('-n, --requests <n>', 'in each way', integer, 2_000)
    .option('-c, --concurrency <n>', 'callers at once in the last way', integer, 16)
    .option('-m, --max <n>', 'connections that they share', integer, 4)
    .action(({ requests, concurrency, max, ...target }: Target & Record<'requests' | 'concurrency' | 'max', number>) =>
      bench({ connect: (limits) => connect(target, limits), requests, concurrency, max, print: console.print }),
    );
  for (const each of [program, ...program.commands]) obey(each);
  return program;

  function command(usage: string, description: string): Command {
    return program
      .command(usage)
      .description(description)
      .addOption(
        new Option('-s, --server <address>', 'host:port, or the path of a Unix socket')
          .argParser(transportTo)
          .default(transportTo(nearest), nearest),
      )
      .option('-u, --user <name>', 'log in, with the password in MEMCACHED_PASSWORD')
      .option('--allow-cleartext', 'send the password although the connection is not encrypted');
  }

  /** Ends are reported, not carried out; words go where the caller wants them. */
  function obey(command: Command): void {
    command.exitOverride().configureOutput({
      writeOut: (text) => console.print(text),
      writeErr: (text) => console.complain(text),
      outputError: (text, write) => write(text.replace(/^error: /, 'memcached: ')),
    });
  }

  function connect({ server, user, allowCleartext = false }: Target, limits: MemcachedOptions): Memcached {
    const login = { username: user ?? '', password: console.env.MEMCACHED_PASSWORD ?? '', allowCleartext };
    // Whoever types a command wants to know at once that nobody answers.
    return new Memcached(server, { ...(user === undefined ? {} : { login }), whenDown: 'refuse', ...limits });
  }

  async function ask(target: Target, work: (client: Memcached) => Promise<void>): Promise<void> {
    await using client = connect(target, { max: 1 });
    await work(client);
  }
}
