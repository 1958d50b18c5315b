import { createHash, createHmac, pbkdf2, randomBytes, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { ProtocolError } from '@pool/net';
import type { Credentials } from '../credentials.ts';
import { AuthError } from '../errors.ts';
import type { SaslConversation, SaslMechanism } from './sasl-mechanism.ts';
import { prepare } from './saslprep.ts';
import { escapeName, parseServerFinal, parseServerFirst } from './scram-messages.ts';

const derive = promisify(pbkdf2);

/** No channel binding, no authorization identity. */
const gs2Header = 'n,,';

/**
 * SCRAM-SHA-256 (RFC 5802, RFC 7677): the server learns nothing it could log in with, and proves that it knows the password, too: a login is
 * good only when it has.
 */
export const saslScramSha256: SaslMechanism = {
  name: 'SCRAM-SHA-256',
  start: (credentials) => startScram(credentials, randomBytes(24).toString('base64')),
};

/** With a nonce of one's own, for test vectors. */
export async function startScram(credentials: Credentials, clientNonce: string): Promise<SaslConversation | undefined> {
  if (!('password' in credentials)) return undefined;
  const username = await prepare(credentials.username, 'username');
  const password = await prepare(credentials.password, 'password');
  return new ScramConversation(username, password, clientNonce);
}

class ScramConversation implements SaslConversation {
  readonly initial: Buffer;
  readonly #clientFirst: string;
  readonly #clientNonce: string;
  readonly #password: string;
  #state: 'first' | 'final' | 'proven' = 'first';
  #serverSignature: Buffer = Buffer.alloc(0);

  constructor(username: string, password: string, clientNonce: string) {
    this.#password = password;
    this.#clientNonce = clientNonce;
    this.#clientFirst = `n=${escapeName(username)},r=${clientNonce}`;
    this.initial = Buffer.from(gs2Header + this.#clientFirst);
  }

  answer(challenge: Buffer): Buffer | Promise<Buffer> {
    const message = challenge.toString('utf8');
    if (this.#state === 'first') return this.#prove(message);
    if (this.#state === 'final') return this.#verify(message);
    throw new ProtocolError('the server asked for more in a SCRAM login than its two messages');
  }

  end(): void {
    if (this.#state === 'proven') return;
    throw new ProtocolError(
      'the server said that the SCRAM login went well without having proved that it knows the password: it may be an impostor',
    );
  }

  async #prove(serverFirst: string): Promise<Buffer> {
    const { nonce, salt, iterations } = parseServerFirst(serverFirst, this.#clientNonce);
    this.#state = 'final';
    const salted = await derive(this.#password, salt, iterations, 32, 'sha256');
    const clientKey = hmac(salted, 'Client Key');
    const storedKey = createHash('sha256').update(clientKey).digest();
    const withoutProof = `c=${Buffer.from(gs2Header).toString('base64')},r=${nonce}`;
    const authMessage = `${this.#clientFirst},${serverFirst},${withoutProof}`;
    const clientSignature = hmac(storedKey, authMessage);
    this.#serverSignature = hmac(hmac(salted, 'Server Key'), authMessage);
    const proof = clientKey.map((byte, index) => byte ^ (clientSignature[index] ?? 0));
    return Buffer.from(`${withoutProof},p=${Buffer.from(proof).toString('base64')}`);
  }

  #verify(serverFinal: string): Buffer {
    const final = parseServerFinal(serverFinal);
    if ('refusal' in final) throw new AuthError('the server refused the login (SCRAM)', { received: final.refusal });
    const { signature } = final;
    if (signature.length !== this.#serverSignature.length || !timingSafeEqual(signature, this.#serverSignature)) {
      throw new ProtocolError('the server did not prove that it knows the password (SCRAM signature): it may be an impostor');
    }
    this.#state = 'proven';
    return Buffer.alloc(0);
  }
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
