import { isIPv6 } from 'node:net';
import { ProtocolError } from '@pool/net';
import type { Dialogue } from '../dialogue.ts';
import { greet } from '../greet.ts';
import { describeSmtpReply, hearSmtpReply } from './smtp-reply.ts';

/** EHLO keywords in capitals, with their parameters. */
export type SmtpExtensions = ReadonlyMap<string, readonly string[]>;

/** The greeting, unless it was read before, and EHLO. @throws ProtocolError */
export async function sayEhlo(dialogue: Dialogue, clientName: string | undefined): Promise<SmtpExtensions> {
  await greet(dialogue.wire, async () => {
    const greeting = await hearSmtpReply(dialogue);
    if (greeting.code !== 220) {
      throw new ProtocolError(`the SMTP server greeted with ${describeSmtpReply(greeting)}: it does not serve now`, {
        received: greeting.texts.join('\n'),
      });
    }
  });
  await dialogue.ask(`EHLO ${clientName ?? addressLiteral(dialogue)}`, 'EHLO');
  const reply = await hearSmtpReply(dialogue);
  // One that knows HELO alone has no extensions; the others have a reason to be asked again later.
  if (reply.code >= 500) return new Map();
  if (reply.code !== 250) throw new ProtocolError(`the SMTP server answered EHLO with ${describeSmtpReply(reply)}`);
  const extensions = new Map<string, readonly string[]>();
  for (const text of reply.texts.slice(1)) {
    // Old servers say AUTH twice, the second time with an equals sign.
    const [keyword = '', ...parameters] = text.toUpperCase().split(/[ =]+/);
    extensions.set(keyword, [...(extensions.get(keyword) ?? []), ...parameters]);
  }
  return extensions;
}

/** Who has no name says its address (RFC 5321 section 4.1.4). */
function addressLiteral({ wire }: Dialogue): string {
  const { localAddress } = wire.socket;
  if (localAddress === undefined) return 'localhost';
  return isIPv6(localAddress) ? `[IPv6:${localAddress}]` : `[${localAddress}]`;
}
