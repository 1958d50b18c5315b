import type { Connector } from '@pool/core';
import type { Wire } from '@pool/net';
import type { TlsClient } from './client/tls-client.ts';
import { ExpiryWatch } from './expiry-watch.ts';

/**
 * A connector whose wires end with their material: all are replaced when the client rotates (`notice` `tls-rotation-failed` when that fails),
 * and each is closed when its server's certificate expires, which is told before (`notice` `tls-certificate-expires`).
 * `tls()` does this by itself. For STARTTLS, where the connector knows nothing of TLS: `withRotation(tcp(...), client)`.
 */
export function withRotation(connector: Connector<Wire>, client: TlsClient): Connector<Wire> {
  const watches = new Set<ExpiryWatch>();
  return {
    ...connector,
    attach: (pool) => {
      const detach = connector.attach?.(pool);
      const watch = new ExpiryWatch(pool);
      watches.add(watch);
      const unlisten = client.onRotate({
        rotated: () => pool.recycle(),
        failed: (error) => pool.notice('tls-rotation-failed', { error }),
      });
      return () => {
        unlisten();
        watches.delete(watch);
        watch.stop();
        detach?.();
      };
    },
    watch: (wire, onBroken) => {
      const unwatch = connector.watch?.(wire, onBroken);
      for (const watch of watches) watch.add(wire);
      return () => {
        for (const watch of watches) watch.remove(wire);
        unwatch?.();
      };
    },
  };
}
