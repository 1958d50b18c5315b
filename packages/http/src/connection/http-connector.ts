import type { Connector, PoolControl } from '@pool/core';
import { isSocketError } from '@pool/net';
import { openSocket } from '../open-socket.ts';
import type { Route } from '../route.ts';
import { expireWithCertificate, followRotation } from '../secure-origin.ts';
import { HttpConnection } from './http-connection.ts';

/** A connection nobody has used is not idle for its server: Node and nginx answer it with 408 and close it after 60 s. */
const unusedMs = 45_000;

/** Opens, watches and ends the connections of one origin. */
export function httpConnector(route: Route): Connector<HttpConnection> {
  const { deadlines, settings, client } = route;
  const controls = new Set<PoolControl<HttpConnection>>();
  return {
    open: async ({ signal }) => {
      const { origin, openTimeoutMs } = route;
      const socket = await openSocket(origin, client, { signal, openTimeoutMs });
      // Up to a tenth earlier, so that connections opened together are not renewed together.
      const unusedUntil = route.now() + unusedMs * (1 - 0.1 * Math.random());
      const connection = new HttpConnection(socket, settings, unusedUntil);
      deadlines.add(connection);
      socket.once('close', () => deadlines.delete(connection));
      return connection;
    },
    close: (connection, { graceful }) => {
      if (graceful) connection.close();
      else connection.destroy();
    },
    destroy: (connection) => connection.destroy(),
    isAlive: (connection) => connection.isAlive(),
    isClean: (connection) => connection.isIdle,
    watch: (connection, onBroken) => {
      for (const control of controls) expireWithCertificate(connection, control);
      return connection.watch((error) => onBroken(route.ended(connection, error)));
    },
    attach: (control) => {
      controls.add(control);
      const detach = deadlines.attach(control);
      const unfollow = client === undefined ? undefined : followRotation(client, control);
      return () => {
        controls.delete(control);
        detach();
        unfollow?.();
      };
    },
    brokenBy: [isSocketError],
  };
}
