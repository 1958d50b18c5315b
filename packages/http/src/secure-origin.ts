import { TLSSocket } from 'node:tls';
import type { PoolControl } from '@pool/core';
import { type TlsClient, tlsClient, tlsInfo } from '@pool/tls';
import type { HttpConnection } from './connection/http-connection.ts';
import type { ResolvedOrigin } from './origin.ts';
import type { TlsMaterialSource } from './tls-material.ts';

/** The TLS identity of an https: origin: its sessions are resumed, its material can be rotated. HTTP/1.1 is all that is asked for. */
export function clientOf(origin: ResolvedOrigin, material: TlsMaterialSource | undefined): TlsClient {
  const { host, port, servername, localAddress } = origin;
  const fixed = {
    host,
    port,
    ...(servername === undefined ? {} : { servername }),
    ...(localAddress === undefined ? {} : { localAddress }),
    ALPNProtocols: ['http/1.1'],
    requireAlpn: false,
  };
  if (typeof material !== 'function') return tlsClient({ ...material, ...fixed });
  return tlsClient(async () => ({ ...(await material()), ...fixed }));
}

/** New material replaces every connection. Returns the way to stop. */
export function followRotation(client: TlsClient, control: PoolControl<HttpConnection>): () => void {
  return client.onRotate({
    rotated: () => control.recycle(),
    failed: (error) => control.notice('tls-rotation-failed', { error }),
  });
}

/** A connection never outlives the certificate of its server. */
export function expireWithCertificate(connection: HttpConnection, control: PoolControl<HttpConnection>): void {
  const { socket } = connection;
  const info = socket instanceof TLSSocket ? tlsInfo(socket) : undefined;
  if (info !== undefined) control.expireAt(connection, control.now() + info.certificate.validTo - Date.now());
}
