import { tlsConnect, tlsConnectResumed } from '../contestants/tls-connect.ts';
import { tlsPool } from '../contestants/tls-pool.ts';
import type { Scenario } from './scenario.ts';
import { oneAfterAnother } from './tls-course.ts';

export const tlsWarm: Scenario = {
  name: 'tls-warm',
  title: 'a line there and back over TLS 1.3: on a connection that is kept, and on a new one each',
  contestants: [tlsConnect, tlsConnectResumed, tlsPool],
  sizes: ['cold', 'warm'],
  // Node's own keeps none.
  takes: (contestant, size) => size === 'cold' || contestant === tlsPool,
  subject: tlsPool.name,
  baseline: tlsPool.name,
  metrics: [
    { key: 'ns', title: 'of the processor per line', unit: 'ns' },
    { key: 'ms', title: 'on the wall', unit: 'ms' },
  ],
  share: 0.7,
  marks: [],
  prepare: (contestant, size, quick) =>
    oneAfterAnother(contestant, {
      warm: size === 'warm' ? 1 : 0,
      exchange: true,
      count: quick ? 5 : size === 'warm' ? 2_000 : 150,
    }),
};
