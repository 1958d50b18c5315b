import type { InitHook, OpenContext } from '@pool/core';
import { ProtocolError, type Wire } from '@pool/net';
import { refuseUnknown } from '../../refuse-unknown.ts';
import { StartTlsRefusedError } from '../../starttls/errors.ts';
import { startTls } from '../../starttls/start-tls.ts';
import { type UpgradeOptions, upgradeOptions } from '../../starttls/start-tls-options.ts';
import { Dialogue } from '../dialogue.ts';
import { askCapabilities, ImapSession } from './imap-session.ts';

/**
 * STARTTLS of IMAP (RFC 9051 section 6.2.1): greeting, CAPABILITY, STARTTLS, handshake. All that was said in the clear is forgotten, untagged responses
 * before the OK, too. A PREAUTH greeting is refused: there is no STARTTLS in that state, and anybody in between can say it.
 * @throws OptionsError; the hook throws as `startTls`'s does, and ProtocolError
 */
export function imapStartTls(options: UpgradeOptions): InitHook<Wire> {
  refuseUnknown('imapStartTls', options, upgradeOptions);
  const hook = startTls({
    ...options,
    negotiate: (wire, context) => negotiate(new ImapSession(new Dialogue(wire, context, 'starttls'))),
  });
  async function imapStartTls(wire: Wire, context: OpenContext): Promise<void> {
    await hook(wire, context);
  }
  return imapStartTls;
}

async function negotiate(session: ImapSession): Promise<boolean> {
  if ((await session.greeting()) === 'PREAUTH') {
    throw new StartTlsRefusedError(
      'the IMAP server says that it knows who this is (PREAUTH), in the clear, where STARTTLS is not allowed any more: it, or somebody in between, rules out encryption',
    );
  }
  if (!(await askCapabilities(session)).has('STARTTLS')) {
    throw new StartTlsRefusedError('the IMAP server does not offer STARTTLS, or somebody in between has removed the offer');
  }
  const answer = await session.command('STARTTLS', 'STARTTLS');
  if (answer.status === 'OK') return true;
  if (answer.status !== '+') throw new StartTlsRefusedError(`the IMAP server refused STARTTLS with ${answer.status}`);
  throw new ProtocolError('the IMAP server answered STARTTLS with a wish to hear more, which is neither yes nor no');
}
