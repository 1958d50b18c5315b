import type { Wire } from '@pool/net';
import { StartTlsInjectionError } from '../starttls/errors.ts';

/** An answer that is there before its question is nobody's answer. @throws StartTlsInjectionError */
export function refuseEarlyBytes({ bufferedBytes }: Wire, question: string): void {
  if (bufferedBytes === 0) return;
  throw new StartTlsInjectionError(
    `the peer sent ${bufferedBytes} bytes in the clear before it was asked (${question}): a server that knows the protocol waits, so this is an attack or a broken server`,
    bufferedBytes,
  );
}
