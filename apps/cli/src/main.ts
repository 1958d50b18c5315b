#!/usr/bin/env node
import { interruptsOf } from './input/interrupts.ts';
import { secretsOf } from './input/secrets.ts';
import { outputOf } from './render/output.ts';
import { run } from './run.ts';

// Whoever reads may have enough early: `pool bench | head -3`.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  process.exit(error.code === 'EPIPE' ? 0 : 1);
});

process.exitCode = await run(process.argv.slice(2), outputOf(process), secretsOf(process), interruptsOf(process));
