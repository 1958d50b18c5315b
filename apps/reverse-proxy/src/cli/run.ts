import { once } from 'node:events';
import { CommanderError } from 'commander';
import { ReverseProxy } from '../reverse-proxy.ts';
import type { Console } from './console.ts';
import { type Flags, program } from './program.ts';

/** Serves until it is stopped. Never throws; resolves with the exit code: 0, 1 when it could not be done, 2 when the command line is wrong. */
export async function run(args: readonly string[], console: Console): Promise<0 | 1 | 2> {
  try {
    const command = program(console).parse(args, { from: 'user' });
    await serve(command.opts<Flags>(), console);
    return 0;
  } catch (error) {
    // Said already; --help ends so, too.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    console.complain(`reverse-proxy: ${error instanceof Error ? error.message : String(error)}\n`);
    return 1;
  }
}

async function serve({ listen, upstream, trust, ...limits }: Flags, console: Console): Promise<void> {
  const settings = { ...limits, upstreams: upstream, trust };
  await using proxy = new ReverseProxy(settings, {
    down: ({ url }, error) => console.print(`${url} is down: ${reasonOf(error)}\n`),
    up: ({ url }) => console.print(`${url} is back\n`),
  });
  console.print(`serving ${upstream.length} upstreams at ${await proxy.listen(listen.host, listen.port)}\n`);
  if (!console.stop.aborted) await once(console.stop, 'abort');
  console.print('stopping: requests under way are finished\n');
}

/** That of the socket, which is nearest to what an operator looks for. */
function reasonOf(error: Error): string {
  return error.cause instanceof Error ? error.cause.message : error.message;
}
