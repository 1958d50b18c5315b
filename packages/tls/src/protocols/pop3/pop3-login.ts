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
import { askPop3Capabilities, hearPop3Answer, readPop3Greeting } from './pop3-session.ts';

/** RFC 2449 section 4: a command may be so long, CR LF included. */
const longestCommand = 255;

/**
 * Logs in to a POP3 server: the greeting if nobody read it yet, CAPA, then AUTH (RFC 5034); or, when the server offers no mechanism that goes with the
 * credentials and `mechanisms` was left alone, USER and PASS.
 * @throws OptionsError; the hook throws AuthError | AuthUnavailableError | CleartextError | ProtocolError | `signal.reason`
 */
export function pop3Login(options: LoginOptions & SaslOptions): InitHook<Wire> {
  refuseUnknown('pop3Login', options, [...loginOptions, 'mechanisms']);
  const { mechanisms, ...login } = options;
  checkMechanisms(mechanisms);
  const hook = authenticating(login, (wire, credentials, context) =>
    logIn(new Dialogue(wire, context, 'login'), credentials, mechanisms),
  );
  async function pop3Login(wire: Wire, context: OpenContext): Promise<void> {
    await hook(wire, context);
  }
  return pop3Login;
}

async function logIn(
  dialogue: Dialogue,
  credentials: Credentials,
  mechanisms: readonly SaslMechanism[] | undefined,
): Promise<void> {
  await readPop3Greeting(dialogue);
  const capabilities = await askPop3Capabilities(dialogue);
  const offered = new Set(capabilities?.get('SASL'));
  const chosen = await chooseMechanism(credentials, offered, mechanisms);
  if (chosen !== undefined) {
    await converse(chosen, {
      takesInitial: (length) => `AUTH ${chosen.name} \r\n`.length + length <= longestCommand,
      begin: (name, initial) => step(dialogue, initial === undefined ? `AUTH ${name}` : `AUTH ${name} ${initial || '='}`, 'AUTH'),
      answer: (response) => step(dialogue, response, 'AUTH'),
    });
  } else if (mechanisms === undefined && 'password' in credentials && capabilities?.has('USER') !== false) {
    // A server without CAPA is an old one, and knows nothing else.
    await sayUserAndPass(dialogue, credentials);
  } else {
    throw nothingOffered('POP3', offered);
  }
}

async function sayUserAndPass(dialogue: Dialogue, { username, password }: PasswordCredentials): Promise<void> {
  // Each would end the command and begin another.
  if (/[\0\r\n]/.test(username + password))
    throw new AuthError('POP3 cannot send a username or password with a NUL or line end in it');
  for (const line of [`USER ${username}`, `PASS ${password}`]) {
    if ((await step(dialogue, line, 'USER and PASS')) !== undefined)
      throw new ProtocolError('the POP3 server answered USER and PASS with neither +OK nor -ERR');
  }
}

async function step(dialogue: Dialogue, line: string, what: string): Promise<string | undefined> {
  await dialogue.ask(line, what);
  const { status, text } = await hearPop3Answer(dialogue, what);
  if (status === '+') return text;
  if (status === '+OK') return undefined;
  // RFC 2449 section 8.1.1 and RFC 3206.
  const code = /^\[(AUTH|IN-USE|LOGIN-DELAY|SYS\/TEMP|SYS\/PERM)\]/i.exec(text)?.[1]?.toUpperCase();
  const said = code === undefined ? '-ERR' : `-ERR [${code}]`;
  if (code === 'IN-USE' || code === 'LOGIN-DELAY' || code === 'SYS/TEMP') {
    throw new AuthUnavailableError(`the POP3 server cannot log in this user now: it said ${said}`, { received: text });
  }
  throw new AuthError(`the POP3 server refused the login with ${said}`, { received: text });
}
