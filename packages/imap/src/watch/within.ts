import { type Clock, ConnectionError } from '@pool/core';

/**
 * The same promise, for at most so long.
 * @throws ConnectionError
 */
export async function within<T>(promise: Promise<T>, limitMs: number, clock: Clock, what: string): Promise<T> {
  let expire = (): void => {};
  const expired = new Promise<never>((_, reject) => {
    expire = () => reject(new ConnectionError(`the IMAP server did not answer ${what} within ${limitMs} ms`));
  });
  using _ = clock.schedule(expire, limitMs);
  return await Promise.race([promise, expired]);
}
