import { type ImapOptions, ImapPool } from '@pool/imap';
import { available, dovecot, type RealServer, realServer, testCertificates } from '@pool/testkit';
import { SearchError } from '../search-error.ts';
import { madeUpMail, mailboxNames } from './made-up-mail.ts';

/** An account with made-up mail, on a Dovecot of our own. */
export interface EmbeddedAccount extends AsyncDisposable {
  readonly account: ImapOptions;
}

/** @throws SearchError when there is no Dovecot to start */
export async function embeddedAccount(mailboxes: number, messages: number): Promise<EmbeddedAccount> {
  if (!available(dovecot())) {
    throw new SearchError(
      'there is no Dovecot here to show it on: apt-get install -y dovecot-imapd, or name a server with --host',
      1,
    );
  }
  const server = await realServer(dovecot({ config: 'namespace inbox {\n  inbox = yes\n  separator = /\n}' }));
  try {
    const { ca } = await testCertificates();
    const account: ImapOptions = {
      host: 'localhost',
      port: server.port('imaps'),
      credentials: { username: 'alice', password: 'secret' },
      tls: { ca: ca.cert },
    };
    await fill(account, mailboxNames(mailboxes), messages);
    return { account, [Symbol.asyncDispose]: () => server.stop() };
  } catch (error) {
    await stopped(server);
    throw error;
  }
}

/** Mail is stored side by side, too. */
async function fill(account: ImapOptions, mailboxes: readonly string[], messages: number): Promise<void> {
  await using mail = new ImapPool(account, { max: 4, acquireTimeoutMs: Infinity });
  await mail.use(async (client) => {
    for (const path of mailboxes) if (path !== 'INBOX') await client.mailboxCreate(path);
  });
  await Promise.all(
    [...madeUpMail(mailboxes, messages)].map(({ mailbox, source, seen, date }) =>
      mail.use((client) => client.append(mailbox, source, seen ? ['\\Seen'] : [], date)),
    ),
  );
}

async function stopped(server: RealServer): Promise<void> {
  await server.stop();
}
