import { httpPoolDispatcher } from '../contestants/http-pool.ts';
import { undiciDispatch } from '../contestants/http-undici.ts';
import type { Results } from '../results.ts';
import { asFastAsItGoes, httpMetrics } from './http-course.ts';
import type { Scenario } from './scenario.ts';

export const httpDispatch: Scenario = {
  name: 'http-dispatch',
  title: 'a small answer over HTTP by undici’s dispatch, on 1 to 500 connections',
  contestants: [undiciDispatch, httpPoolDispatcher],
  sizes: ['1', '10', '50', '500'],
  subject: httpPoolDispatcher.name,
  baseline: undiciDispatch.name,
  metrics: httpMetrics,
  share: 0.7,
  marks: [
    { size: '1', atLeast: 1 },
    { size: '10', atLeast: 1 },
    { size: '50', atLeast: 1 },
    { size: '500', atLeast: 1.3 },
  ].map(({ size, atLeast }) => ({
    text: `× the requests per second of undici, on ${size} connections`,
    atLeast,
    measured: (results: Results) => results.ratio('perSecond', httpPoolDispatcher.name, undiciDispatch.name, size),
  })),
  prepare: (contestant, size, quick) => asFastAsItGoes(contestant, Number(size), quick),
};
