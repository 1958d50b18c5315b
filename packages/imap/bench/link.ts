import type { ImapOptions } from '@pool/imap';
import { chaosProxy, dovecot, realServer, testCertificates } from '@pool/testkit';

/** A Dovecot at the end of a link. */
export interface Link extends AsyncDisposable {
  readonly name: string;
  readonly account: ImapOptions;
}

/** @param delayMs each way; 0 for none */
export async function link(name: string, delayMs: number): Promise<Link> {
  const server = await realServer(dovecot());
  const { ca } = await testCertificates();
  const proxy = await chaosProxy({ target: { host: '127.0.0.1', port: server.port('imaps') } });
  if (delayMs > 0) proxy.behave({ delayMs });
  return {
    name,
    account: {
      host: 'localhost',
      port: delayMs > 0 ? proxy.port : server.port('imaps'),
      credentials: { username: 'alice', password: 'secret' },
      tls: { ca: ca.cert },
    },
    [Symbol.asyncDispose]: async () => {
      await proxy.stop();
      await server.stop();
    },
  };
}
