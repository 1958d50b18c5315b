import { tlsConnect, tlsConnectResumed } from '../contestants/tls-connect.ts';
import { tlsPool, tlsPoolFull } from '../contestants/tls-pool.ts';
import type { Scenario } from './scenario.ts';
import { oneAfterAnother } from './tls-course.ts';

export const tlsHandshake: Scenario = {
  name: 'tls-handshake',
  title: 'open one connection over TLS 1.3 after the other, and close it: full handshakes, and resumed ones',
  contestants: [tlsConnect, tlsConnectResumed, tlsPoolFull, tlsPool],
  sizes: ['1'],
  subject: tlsPool.name,
  baseline: tlsConnect.name,
  metrics: [
    { key: 'ns', title: 'of the processor per open', unit: 'ns' },
    { key: 'ms', title: 'on the wall', unit: 'ms' },
  ],
  share: 0.7,
  marks: [],
  prepare: (contestant, _size, quick) => oneAfterAnother(contestant, { warm: 0, exchange: false, count: quick ? 5 : 200 }),
};
