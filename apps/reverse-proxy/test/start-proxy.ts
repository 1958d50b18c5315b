import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { eventually } from '@pool/testkit';
import { onTestFinished } from 'vitest';
import type { ProxySettings } from '../src/proxy-settings.ts';
import { ReverseProxy } from '../src/reverse-proxy.ts';

export interface StartedProxy {
  readonly proxy: ReverseProxy;
  readonly url: string;
  /** `down URL` and `up URL`, in their order. */
  readonly told: string[];
}

const usual: Omit<ProxySettings, 'upstreams'> = {
  connections: 16,
  warm: 1,
  waitMs: 10_000,
  headersTimeoutMs: 10_000,
  bodyTimeoutMs: 10_000,
  graceMs: 5_000,
  trust: undefined,
};

/** Stopped when the test is finished. */
export async function startProxy(upstreams: readonly string[], settings: Partial<ProxySettings> = {}): Promise<StartedProxy> {
  const told: string[] = [];
  const proxy = new ReverseProxy(
    { ...usual, upstreams, ...settings },
    { down: ({ url }) => told.push(`down ${url}`), up: ({ url }) => told.push(`up ${url}`) },
  );
  onTestFinished(() => proxy.close());
  const url = await proxy.listen('127.0.0.1', 0);
  // Each is known to be up or down.
  await eventually(() =>
    proxy.upstreams.all.every(({ connections: { stats } }) => stats.totals.opened + stats.totals.openFailed > 0),
  );
  return { proxy, url, told };
}

export interface Upstream {
  readonly url: string;
  readonly server: Server;
}

/** In this process, stopped when the test is finished. */
export async function upstream(listener: RequestListener): Promise<Upstream> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server };
}

/** Nobody is there. */
export const nobody = 'http://127.0.0.1:1';
