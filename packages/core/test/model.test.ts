import { describe, expect, it } from 'vitest';
import { behave } from './model/behave.ts';
import { runModel } from './model/run.ts';

it.todo('x');
