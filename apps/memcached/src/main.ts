#!/usr/bin/env node
import { run } from './cli/run.ts';

// Whoever reads may have enough early: `memcached stats | head -3`.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  process.exit(error.code === 'EPIPE' ? 0 : 1);
});

process.exitCode = await run(process.argv.slice(2), {
  env: process.env,
  print: (output) => process.stdout.write(output),
  complain: (text) => process.stderr.write(text),
});
