import { ProtocolError } from '@pool/net';
import { AuthError } from '../errors.ts';
import type { SaslMechanism } from './sasl-mechanism.ts';

/** PLAIN (RFC 4616): the password as it is, so for encrypted connections only. */
export const saslPlain: SaslMechanism = {
  name: 'PLAIN',
  start: (credentials) => {
    if (!('password' in credentials)) return undefined;
    const { username, password } = credentials;
    // It separates the fields.
    if (username.includes('\0') || password.includes('\0'))
      throw new AuthError('PLAIN cannot send a username or password with a NUL in it');
    return {
      initial: Buffer.from(`\0${username}\0${password}`),
      answer: () => {
        throw new ProtocolError('the server asked for more in a PLAIN login, which has one message');
      },
      end: () => {},
    };
  },
};
