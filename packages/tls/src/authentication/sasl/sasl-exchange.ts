import { ProtocolError } from '@pool/net';
import type { Credentials } from '../credentials.ts';
import { AuthUnavailableError } from '../errors.ts';
import { decodeBase64 } from './base64.ts';
import { saslLogin } from './sasl-login.ts';
import type { SaslConversation, SaslMechanism } from './sasl-mechanism.ts';
import { saslPlain } from './sasl-plain.ts';
import { saslScramSha256 } from './sasl-scram-sha-256.ts';
import { saslXoauth2 } from './sasl-xoauth2.ts';

/** Best first: the one that shows the server no password, then those that do. */
const defaultMechanisms: readonly SaslMechanism[] = [saslScramSha256, saslPlain, saslLogin, saslXoauth2];

/** More rounds than any mechanism has: a server that never comes to an end. */
const mostRounds = 10;

/** How a protocol carries a SASL conversation. Both resolve with the next challenge in base64, or undefined when the server said yes. */
export interface SaslCarrier {
  /** @param initial the client's first words in base64; undefined when there are none, or when they must wait for a challenge */
  begin(mechanism: string, initial: string | undefined): Promise<string | undefined>;
  answer(response: string): Promise<string | undefined>;
  /** May the first words go with the command? Asked with their length in base64. */
  takesInitial(base64Length: number): boolean;
}

export interface ChosenMechanism {
  readonly name: string;
  readonly conversation: SaslConversation;
}

/**
 * The best one that the server offers and that goes with the credentials; undefined when there is none.
 * @throws AuthError when the credentials cannot be sent this way
 */
export async function chooseMechanism(
  credentials: Credentials,
  offered: ReadonlySet<string>,
  mechanisms: readonly SaslMechanism[] = defaultMechanisms,
): Promise<ChosenMechanism | undefined> {
  for (const mechanism of mechanisms) {
    if (!offered.has(mechanism.name.toUpperCase())) continue;
    const conversation = await mechanism.start(credentials);
    if (conversation !== undefined) return { name: mechanism.name, conversation };
  }
  return undefined;
}

/** @throws AuthError | AuthUnavailableError | ProtocolError | what the carrier throws */
export async function converse({ name, conversation }: ChosenMechanism, carrier: SaslCarrier): Promise<void> {
  let held = conversation.initial?.toString('base64');
  const early = held !== undefined && carrier.takesInitial(held.length) ? held : undefined;
  if (early !== undefined) held = undefined;
  let challenge = await carrier.begin(name, early);
  for (let round = 0; challenge !== undefined; round++) {
    if (round === mostRounds) throw new ProtocolError(`the ${name} login went on for more than ${mostRounds} rounds`);
    // The first challenge has nothing in it when our first words waited for it.
    const response =
      held ?? (await conversation.answer(decodeBase64(challenge, `a challenge of the ${name} login`))).toString('base64');
    held = undefined;
    challenge = await carrier.answer(response);
  }
  if (held !== undefined) throw new ProtocolError(`the server said yes to a ${name} login before it had heard anything of it`);
  conversation.end();
}

/** No mechanism in common. Nothing was refused, and the server may offer more another time. */
export function nothingOffered(protocol: string, offered: ReadonlySet<string>): AuthUnavailableError {
  // Only names that look like names: the rest is the server's and has no place in a log.
  const names = [...offered].filter((name) => /^[A-Z0-9_-]{1,20}$/.test(name)).slice(0, 20);
  return new AuthUnavailableError(
    `the ${protocol} server offers no way to log in that goes with these credentials; it offers ${names.join(', ') || 'none'}`,
  );
}
