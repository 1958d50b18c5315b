import type { InitHook, OpenContext } from '@pool/core';
import { ProtocolError, type Wire } from '@pool/net';
import { AuthError, AuthUnavailableError, authenticate, type Credentials, type LoginOptions, saslScramSha256 } from '@pool/tls';
import { hearPostgres, type PostgresMessage, postgresMessage, sqlState } from './postgres-message.ts';

/** Requests of the server for a login, by the number in them. */
const request = { ok: 0, sasl: 10, saslContinue: 11, saslFinal: 12 } as const;

/** More messages than any server sends before it is ready. */
const mostMessages = 200;

/** Logs in to PostgreSQL by SCRAM-SHA-256, in the database of the user's own name. A server that wants the password itself does not get it. */
export function postgresLogin(options: LoginOptions): InitHook<Wire> {
  const hook = authenticate({ ...options, exchange: (wire, credentials, { signal }) => logIn(wire, credentials, signal) });
  async function postgresLogin(wire: Wire, context: OpenContext): Promise<void> {
    await hook(wire, context);
  }
  return postgresLogin;
}

async function logIn(wire: Wire, credentials: Credentials, signal: AbortSignal): Promise<void> {
  const { username } = credentials;
  if (username.includes('\0')) throw new AuthError('PostgreSQL cannot be sent a name with a NUL in it');
  const conversation = await saslScramSha256.start(credentials);
  if (conversation?.initial === undefined) throw new AuthError('PostgreSQL is logged in to with a password');
  const { initial } = conversation;
  const version = Uint8Array.of(0, 3, 0, 0);
  await wire.write(postgresMessage('', version, `user\0${username}\0database\0${username}\0\0`), { signal });
  for (let heard = 0; heard < mostMessages; heard += 1) {
    const message = await hearPostgres(wire, { signal });
    if (message.type === 'E') throw refusal(sqlState(message));
    // ReadyForQuery: what came between it and the login were parameters and notices.
    if (message.type === 'Z') return conversation.end();
    if (message.type !== 'R') continue;
    const wanted = message.content.readInt32BE(0);
    const data = message.content.subarray(4);
    if (wanted === request.sasl) {
      await wire.write(firstAnswer(message, initial), { signal });
    } else if (wanted === request.saslContinue) {
      await wire.write(postgresMessage('p', await conversation.answer(data)), { signal });
    } else if (wanted === request.saslFinal) {
      await conversation.answer(data);
    } else if (wanted !== request.ok) {
      throw new AuthError('the PostgreSQL server wants to be logged in to by another way than SCRAM-SHA-256');
    }
  }
  throw new ProtocolError(`the PostgreSQL server said ${mostMessages} things and was not ready`);
}

function firstAnswer({ content }: PostgresMessage, initial: Buffer): Buffer {
  const offered = content.subarray(4).toString('latin1').split('\0');
  if (!offered.includes(saslScramSha256.name)) throw new AuthError('the PostgreSQL server does not offer SCRAM-SHA-256');
  const length = Buffer.alloc(4);
  length.writeInt32BE(initial.length);
  return postgresMessage('p', `${saslScramSha256.name}\0`, length, initial);
}

/** Class 28 is about who somebody is, 3D and 42 about what he asked for; the rest about the server. */
function refusal(state: string): Error {
  const message = `the PostgreSQL server refused the login with ${state}`;
  return /^(28|3D|42)/.test(state) ? new AuthError(message) : new AuthUnavailableError(message);
}
