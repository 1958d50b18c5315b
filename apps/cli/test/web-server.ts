import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Certificate } from '@pool/testkit';

export interface WebServer extends AsyncDisposable {
  readonly port: number;
  /** Connections since it was made. */
  readonly connects: number;
  /** What was asked for. */
  readonly urls: ReadonlySet<string | undefined>;
}

/** A web server of Node's, on loopback; over TLS when it is given a certificate. */
export async function webServer(listener: RequestListener, certificate?: Certificate): Promise<WebServer> {
  let connects = 0;
  const urls = new Set<string | undefined>();
  const listen: RequestListener = (request, response) => {
    urls.add(request.url);
    listener(request, response);
  };
  const server = certificate === undefined ? createServer(listen) : createSecureServer(certificate, listen);
  server.on('connection', () => {
    connects += 1;
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    urls,
    get connects() {
      return connects;
    },
    [Symbol.asyncDispose]: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
