import type { PoolOptions } from '@pool/core';
import { type ImapOptions, ImapPool } from '@pool/imap';
import { type DovecotOptions, dovecot, type RealServer, realServer, testCertificates } from '@pool/testkit';
import type { ImapFlow } from 'imapflow';
import { onTestFinished } from 'vitest';

/** A Dovecot until the test ends. */
export async function serve(options?: DovecotOptions): Promise<RealServer> {
  const server = await realServer(dovecot(options));
  onTestFinished(() => server.stop());
  return server;
}

/** How alice gets at her mail over TLS; over STARTTLS or in the clear, if that is said. */
export async function alice(server: RealServer, given: Partial<ImapOptions> = {}): Promise<ImapOptions> {
  const { ca } = await testCertificates();
  const { security = 'tls' } = given;
  return {
    host: 'localhost',
    port: server.port(security === 'tls' ? 'imaps' : 'imap'),
    credentials: { username: 'alice', password: 'secret' },
    ...(security !== 'cleartext' && { tls: { ca: ca.cert } }),
    ...given,
  };
}

/** A pool until the test ends. Small: Dovecot needs 5 MB for each login. */
export function open(server: ImapOptions, options: Partial<PoolOptions<ImapFlow>> = {}): ImapPool {
  const mail = new ImapPool(server, { max: 2, ...options });
  onTestFinished(async () => void (await mail.close({ drainTimeoutMs: 0 })));
  return mail;
}

/** What it rejects with. */
export async function failure(promise: Promise<unknown>): Promise<Error & { readonly code?: string }> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof Error) return error;
    throw new Error(`it rejected with ${String(error)}, which is no error`);
  }
  throw new Error('it did not reject');
}

/** As a message that Dovecot accepts. */
export function message(subject: string, body = 'hello'): string {
  return `From: bob@example.test\r\nTo: alice@example.test\r\nSubject: ${subject}\r\n\r\n${body}\r\n`;
}
