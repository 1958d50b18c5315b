import { type ConnectorUnderTest, connectorSuite } from '@pool/core/testing';
import { type ImapFlowClass, imap } from '@pool/imap';
import { available, dovecot, kick, type RealServer, realServer } from '@pool/testkit';
import type { ImapFlow } from 'imapflow';
import { ImapFlow as OldImapFlow } from 'imapflow-without-transport';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { alice } from './mail-server.ts';

describe.runIf(available(dovecot()))('on Dovecot', () => {
  let server: RealServer;
  beforeAll(async () => {
    server = await realServer(dovecot());
  });
  afterAll(() => server.stop());

  const over = async (security: 'tls' | 'starttls', flowClass?: ImapFlowClass): Promise<ConnectorUnderTest<ImapFlow>> => ({
    connector: imap(await alice(server, { security, ...(flowClass && { ImapFlow: flowClass }) })),
    breakIt: () => kick(server, 'alice'),
    exchange: async (client) => void (await client.list()),
    stop: () => {},
  });
  // As far as it is used, it is the same.
  const old = OldImapFlow as unknown as ImapFlowClass;

  connectorSuite('imap over TLS', () => over('tls'), { describe, it });
  connectorSuite('imap over STARTTLS', () => over('starttls'), { describe, it });
  connectorSuite('imap over TLS, by an imapflow that connects by itself', () => over('tls', old), { describe, it });
  connectorSuite('imap over STARTTLS, by an imapflow that connects by itself', () => over('starttls', old), { describe, it });
});
