import { nodeAgent } from '../contestants/http-node.ts';
import { httpPoolAgent } from '../contestants/http-pool.ts';
import type { Results } from '../results.ts';
import { asFastAsItGoes, httpMetrics } from './http-course.ts';
import type { Scenario } from './scenario.ts';

export const httpAgent: Scenario = {
  name: 'http-agent',
  title: 'a small answer over HTTP by node:http and an agent, on 1 to 500 connections',
  contestants: [nodeAgent, httpPoolAgent],
  sizes: ['1', '10', '50', '500'],
  subject: httpPoolAgent.name,
  baseline: nodeAgent.name,
  metrics: httpMetrics,
  share: 0.7,
  marks: [
    ...['1', '10', '50', '500'].map((size) => ({
      text: `× the requests per second of http.Agent, on ${size} connections`,
      atLeast: 1.1,
      measured: (results: Results) => results.ratio('perSecond', httpPoolAgent.name, nodeAgent.name, size),
    })),
  ],
  prepare: (contestant, size, quick) => asFastAsItGoes(contestant, Number(size), quick),
};
