import { AuthError } from '../errors.ts';
import type { SaslMechanism } from './sasl-mechanism.ts';

/** XOAUTH2, of Google and Microsoft: a bearer token in place of a password. */
export const saslXoauth2: SaslMechanism = {
  name: 'XOAUTH2',
  start: (credentials) => {
    if (!('accessToken' in credentials)) return undefined;
    const { username, accessToken } = credentials;
    // It separates the fields.
    if (username.includes('\x01') || accessToken.includes('\x01')) {
      throw new AuthError('XOAUTH2 cannot send a username or access token with a control-A in it');
    }
    return {
      initial: Buffer.from(`user=${username}\x01auth=Bearer ${accessToken}\x01\x01`),
      // A challenge is a refusal with reasons, which the server says again in plain words once it got an empty answer.
      answer: () => Buffer.alloc(0),
      end: () => {},
    };
  },
};
