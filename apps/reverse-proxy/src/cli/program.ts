import { Command } from 'commander';
import type { ProxySettings } from '../proxy-settings.ts';
import { integer, type Place, place, upstream } from './arguments.ts';
import type { Console } from './console.ts';

export interface Flags extends Omit<ProxySettings, 'upstreams'> {
  readonly listen: Place;
  readonly upstream: readonly string[];
}

const duration = integer(1, 86_400_000);

/** The command line, which names what it takes as the settings do. */
export function program(console: Pick<Console, 'print' | 'complain'>): Command {
  return new Command('reverse-proxy')
    .description('Serves what its upstreams serve, over warm connections, as long as one of them does.')
    .requiredOption('-u, --upstream <url>', 'http://host:port or https://host:port; give it once for each', upstream)
    .option('-l, --listen <address>', 'host:port', place, place('127.0.0.1:8080'))
    .option('-c, --connections <n>', 'to each upstream, at most', integer(1, 10_000), 32)
    .option('-w, --warm <n>', 'kept ready to each upstream', integer(0, 10_000), 2)
    .option('--wait-ms <ms>', 'for a connection, or for any upstream to come back', duration, 5_000)
    .option('--headers-timeout-ms <ms>', 'until an upstream answers', duration, 30_000)
    .option('--body-timeout-ms <ms>', 'between two pieces of its answer', duration, 30_000)
    .option('--grace-ms <ms>', 'for requests under way, when stopped', duration, 10_000)
    .option('--trust <addresses>', 'believe X-Forwarded-* headers of these, separated by commas')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => console.print(text),
      writeErr: (text) => console.complain(text),
      outputError: (text, write) => write(text.replace(/^error: /, 'reverse-proxy: ')),
    });
}
