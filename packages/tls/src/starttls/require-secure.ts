import type { InitHook } from '@pool/core';
import type { Wire } from '@pool/net';
import { CleartextError } from './errors.ts';

/** An init hook that stops a sequence which would go on in the clear: it throws CleartextError. Nothing is sent. */
export function requireSecure(): InitHook<Wire> {
  function requireSecure(wire: Wire): void {
    if (wire.secure) return;
    throw new CleartextError(
      'the connection is not encrypted, and requireSecure() wants it to be: put startTls() before it, or connect with tls()',
    );
  }
  return requireSecure;
}
