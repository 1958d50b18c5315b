import type { TLSSocket } from 'node:tls';
import { tlsClient } from './client/tls-client.ts';
import type { TlsOptions } from './tls-options.ts';

/**
 * The socket factory for a single connection: resolves with a verified, encrypted, paused socket. It resumes no session, and makes a
 * SecureContext for each call, which takes 20 ms without `ca`: for more than one connection make a `tlsClient`, and use its `connect`.
 * @throws as `TlsClient.connect`
 */
export async function connectTls(options: TlsOptions, context: { readonly signal: AbortSignal }): Promise<TLSSocket> {
  return tlsClient({ ...options, sessionCacheSize: 0 }).connect(context);
}
