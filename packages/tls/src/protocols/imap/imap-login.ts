import type { InitHook, OpenContext } from '@pool/core';
import { ProtocolError, type Wire } from '@pool/net';
import { authenticating, type LoginOptions, loginOptions } from '../../authentication/authenticate.ts';
import type { Credentials, PasswordCredentials } from '../../authentication/credentials.ts';
import { AuthError, AuthUnavailableError } from '../../authentication/errors.ts';
import { chooseMechanism, converse, nothingOffered } from '../../authentication/sasl/sasl-exchange.ts';
import type { SaslMechanism } from '../../authentication/sasl/sasl-mechanism.ts';
import { checkMechanisms, type SaslOptions } from '../../authentication/sasl/sasl-options.ts';
import { refuseUnknown } from '../../refuse-unknown.ts';
import { Dialogue } from '../dialogue.ts';
import { askCapabilities, type ImapAnswer, ImapSession } from './imap-session.ts';

/** How long the pool makes do with the connections it has when the server takes no more of this user. */
const fullForMs = 60_000;

/**
 * Logs in to an IMAP server: the greeting if nobody read it yet, CAPABILITY, then AUTHENTICATE; or, when the server offers no mechanism that goes with the
 * credentials and `mechanisms` was left alone, LOGIN.
 * @throws OptionsError; the hook throws AuthError | AuthUnavailableError | CleartextError | ProtocolError | `signal.reason`
 */
export function imapLogin(options: LoginOptions & SaslOptions): InitHook<Wire> {
  refuseUnknown('imapLogin', options, [...loginOptions, 'mechanisms']);
  const { mechanisms, ...login } = options;
  checkMechanisms(mechanisms);
  const hook = authenticating(login, (wire, credentials, context) =>
    logIn(new ImapSession(new Dialogue(wire, context, 'login')), credentials, mechanisms),
  );
  async function imapLogin(wire: Wire, context: OpenContext): Promise<void> {
    await hook(wire, context);
  }
  return imapLogin;
}

async function logIn(
  session: ImapSession,
  credentials: Credentials,
  mechanisms: readonly SaslMechanism[] | undefined,
): Promise<void> {
  if ((await session.greeting()) === 'PREAUTH') {
    throw new ProtocolError(
      'the IMAP server says that it knows who this is (PREAUTH): there is no login in that state, so leave out imapLogin()',
    );
  }
  const capabilities = await askCapabilities(session);
  const offered = new Set([...capabilities].filter((name) => name.startsWith('AUTH=')).map((name) => name.slice('AUTH='.length)));
  const chosen = await chooseMechanism(credentials, offered, mechanisms);
  if (chosen !== undefined) {
    await converse(chosen, {
      // RFC 4959.
      takesInitial: () => capabilities.has('SASL-IR'),
      begin: async (name, initial) =>
        judge(
          await session.command(
            initial === undefined ? `AUTHENTICATE ${name}` : `AUTHENTICATE ${name} ${initial || '='}`,
            'AUTHENTICATE',
          ),
        ),
      answer: async (response) => judge(await session.more(response, 'AUTHENTICATE')),
    });
  } else if (mechanisms === undefined && 'password' in credentials && !capabilities.has('LOGINDISABLED')) {
    await sayLogin(session, credentials);
  } else {
    throw nothingOffered('IMAP', offered);
  }
}

/** What will not do as a quoted string goes as a literal: nothing in it can be taken for a command then. */
async function sayLogin(session: ImapSession, { username, password }: PasswordCredentials): Promise<void> {
  if (username.includes('\0') || password.includes('\0'))
    throw new AuthError('IMAP cannot send a username or password with a NUL in it');
  let say = (line: string): Promise<ImapAnswer> => session.command(line, 'LOGIN');
  let line = 'LOGIN';
  for (const text of [username, password]) {
    if (/^[ -~]*$/.test(text)) line += ` "${text.replaceAll(/["\\]/g, '\\$&')}"`;
    else {
      const challenge = judge(await say(`${line} {${Buffer.byteLength(text)}}`));
      if (challenge === undefined) throw new ProtocolError('the IMAP server said yes to LOGIN before it had the password');
      say = (rest) => session.more(rest, 'LOGIN');
      line = text;
    }
  }
  if (judge(await say(line)) !== undefined) throw new ProtocolError('the IMAP server asked for more than username and password');
}

/** The next challenge; undefined when the server said yes. */
function judge(answer: ImapAnswer): string | undefined {
  if (answer.status === '+') return answer.text;
  if (answer.status === 'OK') return undefined;
  const { status, code, text } = answer;
  if (status === 'BAD') throw new ProtocolError('the IMAP server did not understand the login (BAD)', { received: text });
  const known = codes.find((name) => name === code);
  const said = known === undefined ? 'NO' : `NO [${known}]`;
  // Capacity first: no server has one way to say it, and it must not be taken for a bad password.
  const full = known === 'LIMIT' || /too many/i.test(text) || /maximum number of connections/i.test(text);
  if (full) {
    const openVerdict = { limitForMs: fullForMs };
    throw new AuthUnavailableError(`the IMAP server takes no more connections of this user: it said ${said}`, {
      received: text,
      openVerdict,
    });
  }
  if (known === 'UNAVAILABLE' || known === 'INUSE' || known === 'SERVERBUG') {
    throw new AuthUnavailableError(`the IMAP server cannot log in anybody now: it said ${said}`, { received: text });
  }
  throw new AuthError(`the IMAP server refused the login with ${said}`, { received: text });
}

/** Of RFC 5530 and RFC 9051 section 7.1: words to repeat in a message; others are the server's own. */
const codes = [
  'ALERT',
  'AUTHENTICATIONFAILED',
  'AUTHORIZATIONFAILED',
  'CONTACTADMIN',
  'EXPIRED',
  'INUSE',
  'LIMIT',
  'PRIVACYREQUIRED',
  'SERVERBUG',
  'UNAVAILABLE',
] as const;
