import { usageError } from '../cli-error.ts';
import type { ProtocolName } from '../protocols/protocol.ts';
import { protocolNames } from '../protocols/protocol.ts';
import { protocolOfPort } from '../protocols/protocols.ts';
import type { Place } from './place.ts';
import type { ReachOptions } from './reach-options.ts';

/** Those that say something about TLS alone. */
const aboutTls = ['ca', 'cert', 'key', 'servername'] as const;

/** Whose words `--user` is logged in with; undefined when nobody is. @throws CliError for options that do not go together */
export function checkReach(place: Place, options: ReachOptions): ProtocolName | undefined {
  const { starttls, user, login, cert, key } = options;
  const secure = place.secure || starttls !== undefined;
  for (const option of aboutTls) {
    if (options[option] === undefined || secure) continue;
    throw usageError(`--${option} is about TLS: write the target as tls://host:port, or say --starttls`);
  }
  if (key !== undefined && cert === undefined) throw usageError('--key needs --cert, the certificate it belongs to');
  if (user === undefined) {
    if (login !== undefined) throw usageError('--login needs --user, who is to be logged in');
    return undefined;
  }
  if (!secure) {
    throw usageError(
      '--user needs TLS, or the password could be read on the way: write the target as tls://host:port, or say --starttls',
    );
  }
  if (starttls !== undefined && login !== undefined && login !== starttls) {
    throw usageError(`--login ${login} does not go with --starttls ${starttls}`);
  }
  const found = login ?? starttls ?? ('port' in place.address ? protocolOfPort(place.address.port) : undefined);
  if (found === undefined) {
    throw usageError(`--user needs --login, since the port does not tell the protocol: ${protocolNames.join(', ')}`);
  }
  return found;
}
