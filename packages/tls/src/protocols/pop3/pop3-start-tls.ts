import type { InitHook, OpenContext } from '@pool/core';
import { ProtocolError, type Wire } from '@pool/net';
import { refuseUnknown } from '../../refuse-unknown.ts';
import { StartTlsRefusedError } from '../../starttls/errors.ts';
import { startTls } from '../../starttls/start-tls.ts';
import { type UpgradeOptions, upgradeOptions } from '../../starttls/start-tls-options.ts';
import { Dialogue } from '../dialogue.ts';
import { askPop3Capabilities, hearPop3Answer, readPop3Greeting } from './pop3-session.ts';

/**
 * STLS of POP3 (RFC 2595 section 4): greeting, CAPA, STLS, handshake. What CAPA told in the clear is forgotten.
 * @throws OptionsError; the hook throws as `startTls`'s does, and ProtocolError
 */
export function pop3StartTls(options: UpgradeOptions): InitHook<Wire> {
  refuseUnknown('pop3StartTls', options, upgradeOptions);
  const hook = startTls({ ...options, negotiate: (wire, context) => negotiate(new Dialogue(wire, context, 'starttls')) });
  async function pop3StartTls(wire: Wire, context: OpenContext): Promise<void> {
    await hook(wire, context);
  }
  return pop3StartTls;
}

async function negotiate(dialogue: Dialogue): Promise<boolean> {
  await readPop3Greeting(dialogue);
  const capabilities = await askPop3Capabilities(dialogue);
  if (capabilities?.has('STLS') !== true) {
    throw new StartTlsRefusedError('the POP3 server does not offer STLS, or somebody in between has removed the offer');
  }
  await dialogue.ask('STLS', 'STLS');
  const { status } = await hearPop3Answer(dialogue, 'STLS');
  if (status === '+OK') return true;
  if (status === '-ERR') throw new StartTlsRefusedError('the POP3 server refused STLS with -ERR');
  throw new ProtocolError('the POP3 server answered STLS with neither +OK nor -ERR');
}
