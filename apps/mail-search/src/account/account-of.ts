import { readFileSync } from 'node:fs';
import type { ImapCredentials, ImapOptions } from '@pool/imap';
import { SearchError } from '../search-error.ts';
import type { Flags } from './flags.ts';

/** Where the secrets are found in the environment: never in the command line, which everybody on the machine can read. */
export const passwordVariable = 'MAIL_PASSWORD';
export const tokenVariable = 'MAIL_TOKEN';

/**
 * The account on a real server.
 * @throws SearchError
 */
export function accountOf(host: string, flags: Flags, env: NodeJS.ProcessEnv): ImapOptions {
  const { port, starttls, ca, user } = flags;
  if (user === undefined) throw new SearchError('--host needs --user: whose mail is to be searched?', 2);
  return {
    host,
    security: starttls === true ? 'starttls' : 'tls',
    credentials: credentialsOf(user, env),
    ...(port !== undefined && { port }),
    ...(ca !== undefined && { tls: { ca: readCa(ca) } }),
  };
}

function credentialsOf(username: string, env: NodeJS.ProcessEnv): ImapCredentials {
  const { [passwordVariable]: password = '', [tokenVariable]: accessToken = '' } = env;
  if (accessToken !== '') return { username, accessToken };
  if (password !== '') return { username, password };
  throw new SearchError(
    `put the password of ${username} into the environment as ${passwordVariable}, or a token as ${tokenVariable}`,
    2,
  );
}

function readCa(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new SearchError(`--ca: '${file}' cannot be read`, 2, { cause: error });
  }
}
