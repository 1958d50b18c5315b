import { httpPoolRequest } from '../contestants/http-pool.ts';
import { undiciRequest } from '../contestants/http-undici.ts';
import type { Results } from '../results.ts';
import { asFastAsItGoes, httpMetrics } from './http-course.ts';
import type { Scenario } from './scenario.ts';

export const httpRequest: Scenario = {
  name: 'http-request',
  title: 'a small answer over HTTP, read as text, on 1 to 500 connections',
  contestants: [undiciRequest, httpPoolRequest],
  sizes: ['1', '10', '50', '500'],
  subject: httpPoolRequest.name,
  baseline: undiciRequest.name,
  metrics: httpMetrics,
  share: 0.7,
  marks: [
    ...[
      { size: '10', atLeast: 1.15 },
      { size: '50', atLeast: 1.15 },
      { size: '500', atLeast: 1.3 },
    ].map(({ size, atLeast }) => ({
      text: `× the requests per second of undici, on ${size} connections`,
      atLeast,
      measured: (results: Results) => results.ratio('perSecond', httpPoolRequest.name, undiciRequest.name, size),
    })),
    ...['10', '50', '500'].map((size) => ({
      text: `× the processor time of undici, on ${size} connections`,
      atMost: 0.85,
      measured: (results: Results) => results.ratio('ns', httpPoolRequest.name, undiciRequest.name, size),
    })),
  ],
  prepare: (contestant, size, quick) => asFastAsItGoes(contestant, Number(size), quick),
};
