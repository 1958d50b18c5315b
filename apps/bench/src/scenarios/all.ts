import { burst } from './burst.ts';
import { handOver } from './hand-over.ts';
import { httpAgent } from './http-agent.ts';
import { httpDispatch } from './http-dispatch.ts';
import { httpRequest } from './http-request.ts';
import { idleHeap } from './idle-heap.ts';
import { keys } from './keys.ts';
import { leave } from './leave.ts';
import { lend } from './lend.ts';
import type { Scenario } from './scenario.ts';
import { sizes } from './sizes.ts';
import { spike } from './spike.ts';
import { tlsHandshake } from './tls-handshake.ts';
import { tlsIdleMemory } from './tls-idle-memory.ts';
import { tlsOpens } from './tls-opens.ts';
import { tlsWarm } from './tls-warm.ts';
import { tryScenario } from './try.ts';
import { useScenario } from './use.ts';
import { waiterHeap } from './waiter-heap.ts';

export const scenarios: readonly Scenario[] = [
  lend,
  tryScenario,
  useScenario,
  sizes,
  handOver,
  leave,
  waiterHeap,
  idleHeap,
  spike,
  burst,
  keys,
  tlsHandshake,
  tlsWarm,
  tlsOpens,
  tlsIdleMemory,
  httpRequest,
  httpDispatch,
  httpAgent,
];
