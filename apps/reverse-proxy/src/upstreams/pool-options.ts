import { exponential } from '@pool/core';
import type { HttpPoolOptions } from '@pool/http';
import type { ProxySettings } from '../proxy-settings.ts';

export function poolOptions(settings: ProxySettings): HttpPoolOptions {
  const { connections, warm, waitMs, headersTimeoutMs, bodyTimeoutMs } = settings;
  return {
    name: 'upstreams',
    maxPerKey: connections,
    minPerKey: warm,
    // An upstream that nobody asks is kept warm all the same.
    emptyPoolTtlMs: Infinity,
    // There are others to ask.
    whenDown: 'refuse',
    openTimeoutMs: 2_000,
    openBackoff: exponential({ initialMs: 50, maxMs: 1_000 }),
    acquireTimeoutMs: waitMs,
    headersTimeoutMs,
    bodyTimeoutMs,
  };
}
