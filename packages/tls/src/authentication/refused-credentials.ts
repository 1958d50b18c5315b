import { createHmac, randomBytes } from 'node:crypto';
import type { Clock } from '@pool/core';
import type { Credentials } from './credentials.ts';
import { AuthError } from './errors.ts';

/** A source that never gives the same twice must not fill the memory. */
const mostRemembered = 16;

/** What a server refused, so that it is not sent again and again. Keeps no credentials, only digests with a key of its own. */
export class RefusedCredentials {
  readonly #clock: Clock;
  readonly #forMs: number;
  readonly #key = randomBytes(32);
  /** When each was refused, oldest first. */
  readonly #refusedAt = new Map<string, number>();

  constructor(clock: Clock, forMs: number) {
    this.#clock = clock;
    this.#forMs = forMs;
  }

  /** @throws AuthError when these were refused not long ago */
  check(credentials: Credentials): void {
    const at = this.#refusedAt.get(this.#digest(credentials));
    if (at === undefined || this.#clock.now() - at >= this.#forMs) return;
    throw new AuthError(
      `the server refused these credentials before, so they were not sent again; they will be after ${this.#forMs} ms (resendRefusedAfterMs), or when the credentials function gives others`,
      { openVerdict: 'retry' },
    );
  }

  /** The error to throw instead, when this one says that they were refused: it is worth asking the function again. */
  remember(credentials: Credentials, error: unknown): AuthError | undefined {
    if (!(error instanceof AuthError)) return undefined;
    const digest = this.#digest(credentials);
    this.#refusedAt.delete(digest);
    this.#refusedAt.set(digest, this.#clock.now());
    const [oldest] = this.#refusedAt.keys();
    if (oldest !== undefined && this.#refusedAt.size > mostRemembered) this.#refusedAt.delete(oldest);
    return new AuthError(error.message, { cause: error, received: error.received, openVerdict: 'retry' });
  }

  #digest(credentials: Credentials): string {
    const { username } = credentials;
    const secret = 'password' in credentials ? ['password', credentials.password] : ['accessToken', credentials.accessToken];
    return createHmac('sha256', this.#key)
      .update(JSON.stringify([username, ...secret]))
      .digest('base64');
  }
}
