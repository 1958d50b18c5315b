#!/usr/bin/env node
import { run } from './cli/run.ts';

const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());

process.exitCode = await run(process.argv.slice(2), {
  stop: stop.signal,
  print: (text) => process.stdout.write(text),
  complain: (text) => process.stderr.write(text),
});
