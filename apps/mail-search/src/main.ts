#!/usr/bin/env node
import { outputOf } from './output/output.ts';
import { run } from './run.ts';

// Whoever reads may have enough early: `mail-search | head -3`.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  process.exit(error.code === 'EPIPE' ? 0 : 1);
});

const controller = new AbortController();
process.once('SIGINT', () => controller.abort(new Error('interrupted')));

process.exitCode = await run(process.argv.slice(2), { output: outputOf(process), env: process.env, signal: controller.signal });
