import type { InitHook, OpenContext } from '@pool/core';
import { ProtocolError, type Wire } from '@pool/net';
import { authenticating, type LoginOptions, loginOptions } from '../../authentication/authenticate.ts';
import { AuthError, AuthUnavailableError } from '../../authentication/errors.ts';
import { chooseMechanism, converse, nothingOffered } from '../../authentication/sasl/sasl-exchange.ts';
import { checkMechanisms, type SaslOptions } from '../../authentication/sasl/sasl-options.ts';
import { refuseUnknown } from '../../refuse-unknown.ts';
import { Dialogue } from '../dialogue.ts';
import { checkClientName, type SmtpOptions } from './smtp-options.ts';
import { describeSmtpReply, hearSmtpReply } from './smtp-reply.ts';
import { sayEhlo } from './smtp-session.ts';

/** RFC 4954 section 4: an AUTH command may be so long, CR LF included. */
const longestCommand = 12_288;

/**
 * Logs in to an SMTP server (AUTH, RFC 4954): the greeting if nobody read it yet, EHLO, AUTH.
 * @throws OptionsError; the hook throws AuthError | AuthUnavailableError | CleartextError | ProtocolError | `signal.reason`
 */
export function smtpLogin(options: LoginOptions & SaslOptions & SmtpOptions): InitHook<Wire> {
  refuseUnknown('smtpLogin', options, [...loginOptions, 'mechanisms', 'clientName']);
  const { clientName, mechanisms, ...login } = options;
  checkClientName(clientName);
  checkMechanisms(mechanisms);
  const hook = authenticating(login, async (wire, credentials, context) => {
    const dialogue = new Dialogue(wire, context, 'login');
    const extensions = await sayEhlo(dialogue, clientName);
    const offered = new Set(extensions.get('AUTH'));
    const chosen = await chooseMechanism(credentials, offered, mechanisms);
    if (chosen === undefined) throw nothingOffered('SMTP', offered);
    await converse(chosen, {
      takesInitial: (length) => `AUTH ${chosen.name} \r\n`.length + length <= longestCommand,
      begin: (name, initial) => step(dialogue, initial === undefined ? `AUTH ${name}` : `AUTH ${name} ${initial || '='}`),
      answer: (response) => step(dialogue, response),
    });
  });
  async function smtpLogin(wire: Wire, context: OpenContext): Promise<void> {
    await hook(wire, context);
  }
  return smtpLogin;
}

async function step(dialogue: Dialogue, line: string): Promise<string | undefined> {
  await dialogue.ask(line, 'AUTH');
  const reply = await hearSmtpReply(dialogue);
  const { code } = reply;
  if (code === 235) return undefined;
  if (code === 334) return reply.texts.join('');
  const received = reply.texts.join('\n');
  const said = describeSmtpReply(reply);
  // 454: a temporary failure; 421: it closes (RFC 4954 section 6, RFC 5321 section 4.2.2). 50x: it did not understand, and refused nobody.
  if (code >= 505) throw new AuthError(`the SMTP server refused the login with ${said}`, { received });
  if (code >= 400 && code < 500)
    throw new AuthUnavailableError(`the SMTP server cannot log in anybody now: it said ${said}`, { received });
  throw new ProtocolError(`the SMTP server answered AUTH with ${said}`);
}
