import type { InitHook, OpenContext } from '@pool/core';
import { ProtocolError, type Wire } from '@pool/net';
import { refuseUnknown } from '../../refuse-unknown.ts';
import { StartTlsRefusedError } from '../../starttls/errors.ts';
import { startTls } from '../../starttls/start-tls.ts';
import { type UpgradeOptions, upgradeOptions } from '../../starttls/start-tls-options.ts';
import { Dialogue } from '../dialogue.ts';
import { checkClientName, type SmtpOptions } from './smtp-options.ts';
import { describeSmtpReply, hearSmtpReply } from './smtp-reply.ts';
import { sayEhlo } from './smtp-session.ts';

/**
 * STARTTLS of SMTP, and of LMTP's cousins that say EHLO (RFC 3207): greeting, EHLO, STARTTLS, handshake. What EHLO told in the clear is forgotten.
 * @throws OptionsError; the hook throws as `startTls`'s does, and ProtocolError
 */
export function smtpStartTls(options: UpgradeOptions & SmtpOptions): InitHook<Wire> {
  refuseUnknown('smtpStartTls', options, [...upgradeOptions, 'clientName']);
  const { clientName, ...upgrade } = options;
  checkClientName(clientName);
  const hook = startTls({
    ...upgrade,
    negotiate: (wire, context) => negotiate(new Dialogue(wire, context, 'starttls'), clientName),
  });
  async function smtpStartTls(wire: Wire, context: OpenContext): Promise<void> {
    await hook(wire, context);
  }
  return smtpStartTls;
}

async function negotiate(dialogue: Dialogue, clientName: string | undefined): Promise<boolean> {
  const extensions = await sayEhlo(dialogue, clientName);
  if (!extensions.has('STARTTLS')) {
    throw new StartTlsRefusedError('the SMTP server does not offer STARTTLS, or somebody in between has removed the offer');
  }
  await dialogue.ask('STARTTLS', 'STARTTLS');
  const reply = await hearSmtpReply(dialogue);
  if (reply.code === 220) return true;
  if (reply.code >= 400) throw new StartTlsRefusedError(`the SMTP server refused STARTTLS with ${describeSmtpReply(reply)}`);
  throw new ProtocolError(`the SMTP server answered STARTTLS with ${describeSmtpReply(reply)}, which is neither yes nor no`);
}
