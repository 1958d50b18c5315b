import { pbkdf2, randomBytes, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';

const derive = promisify(pbkdf2);

/** The least that SCRAM-SHA-256 asks for (RFC 7677), and what PostgreSQL does. This is what logging in costs a server. */
const iterations = 4096;

/** Knows a password as servers should: salted and hashed. */
export class PasswordCheck {
  readonly #salt: Buffer;
  readonly #hash: Buffer;

  private constructor(salt: Buffer, hash: Buffer) {
    this.#salt = salt;
    this.#hash = hash;
  }

  static async of(password: string): Promise<PasswordCheck> {
    const salt = randomBytes(16);
    return new PasswordCheck(salt, await hash(password, salt));
  }

  async accepts(password: string): Promise<boolean> {
    return timingSafeEqual(this.#hash, await hash(password, this.#salt));
  }
}

function hash(password: string, salt: Buffer): Promise<Buffer> {
  return derive(password, salt, iterations, 32, 'sha256');
}
