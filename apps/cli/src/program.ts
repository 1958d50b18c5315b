import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { benchCommand } from './commands/bench-command.ts';
import { probeCommand } from './commands/probe-command.ts';
import { watchCommand } from './commands/watch-command.ts';
import type { Interrupts } from './input/interrupts.ts';
import type { Secrets } from './input/secrets.ts';
import { oneLine } from './one-line.ts';
import type { Output } from './render/output.ts';

/** The command line: one command each from `commands/`. What is wrong with it is thrown as commander's own error, and said before. */
export function program(output: Output, secrets: Secrets, interrupts: Interrupts): Command {
  const pool = new Command('pool')
    .description(
      'Measures what a pool saves against an endpoint, shows live what it does when connections break, and what a connection is made of.',
    )
    .version(version())
    .addCommand(benchCommand(output, secrets))
    .addCommand(probeCommand(output, secrets))
    .addCommand(watchCommand(output, secrets, interrupts));
  for (const command of [pool, ...pool.commands]) {
    command.exitOverride().configureOutput({
      writeOut: (text) => output.print(text),
      writeErr: (text) => output.complain(text),
      outputError: (text, write) => write(`pool: ${oneLine(text.replace(/^error: /, ''))}\n`),
    });
  }
  return pool;
}

function version(): string {
  // As far away from the sources as from a build.
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { readonly version: string }).version;
}
