import type { TLSSocket } from 'node:tls';
import { testCertificates } from '@pool/testkit';
import { type TlsClient, type TlsOptions, tlsClient } from '@pool/tls';
import { onTestFinished } from 'vitest';

/** A signal that never aborts. */
export const never: { readonly signal: AbortSignal } = { signal: new AbortController().signal };

/** Options that trust the tests' authority. */
export async function trusting(options: Partial<TlsOptions> & { readonly port: number }): Promise<TlsOptions> {
  return { host: 'localhost', ca: (await testCertificates()).ca.cert, ...options };
}

export async function clientOf(options: Partial<TlsOptions> & { readonly port: number }): Promise<TlsClient> {
  return tlsClient(await trusting(options));
}

/** Connected, and destroyed when the test is over. */
export async function open(client: TlsClient): Promise<TLSSocket> {
  const socket = await client.connect(never);
  onTestFinished(() => void socket.destroy());
  return socket;
}

/** What a promise rejects with; for errors that are looked at from several sides. */
export async function failure(promise: Promise<unknown>): Promise<Error & { readonly code?: string }> {
  return promise.then(
    () => {
      throw new Error('it did not fail');
    },
    (error: Error) => error,
  );
}
