import { ProtocolError } from '@pool/net';
import type { SaslMechanism } from './sasl-mechanism.ts';

/** LOGIN (draft-murchison-sasl-login): obsolete and widespread. The password as it is, so for encrypted connections only. */
export const saslLogin: SaslMechanism = {
  name: 'LOGIN',
  start: (credentials) => {
    if (!('password' in credentials)) return undefined;
    const answers = [credentials.username, credentials.password];
    return {
      initial: undefined,
      // Whatever the prompts say: servers word them as they like, and all ask in this order.
      answer: () => {
        const next = answers.shift();
        if (next === undefined) throw new ProtocolError('the server asked for more in a LOGIN login than username and password');
        return Buffer.from(next);
      },
      end: () => {
        if (answers.length > 0) throw new ProtocolError('the server said yes to a LOGIN login before it had the password');
      },
    };
  },
};
