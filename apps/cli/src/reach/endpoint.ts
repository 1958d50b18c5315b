import { type Connector, type InitHook, OptionsError } from '@pool/core';
import type { TlsMaterial } from '@pool/http';
import { tcp, type Wire } from '@pool/net';
import { type PasswordCredentials, type TlsClient, tls, tlsClient } from '@pool/tls';
import { usageError } from '../cli-error.ts';
import type { Secrets } from '../input/secrets.ts';
import type { ProtocolName } from '../protocols/protocol.ts';
import { protocols } from '../protocols/protocols.ts';
import { checkReach } from './check-reach.ts';
import type { Place } from './place.ts';
import type { ReachOptions } from './reach-options.ts';
import { readPem } from './read-pem.ts';

/** A place, and how to be let in there. */
export interface Endpoint {
  readonly place: Place;
  /** Undefined when all is in the clear. */
  readonly client: TlsClient | undefined;
  /** What `client` was made of. */
  readonly material: TlsMaterial | undefined;
  readonly starttls: ProtocolName | undefined;
  readonly login: { readonly protocol: ProtocolName; readonly credentials: PasswordCredentials } | undefined;
}

/** Reads files, and asks for the password. @throws CliError */
export async function endpointAt(place: Place, options: ReachOptions, secrets: Secrets): Promise<Endpoint> {
  const { starttls, user } = options;
  const protocol = checkReach(place, options);
  const material = place.secure || starttls !== undefined ? materialOf(options) : undefined;
  const client = material && clientFor(place, material);
  const login =
    protocol === undefined || user === undefined
      ? undefined
      : { protocol, credentials: { username: user, password: await secrets.passwordOf(user) } };
  return { place, client, material, starttls, login };
}

/** Connections as the place takes them, before any words. */
export function connectorOf({ place, client }: Endpoint): Connector<Wire> {
  return place.secure && client !== undefined ? tls(client) : tcp(place.address);
}

/** What makes them ready. @param client another one for STARTTLS, which knows what it is asked for */
export function hooksOf({ starttls, login, client: own }: Endpoint, client = own): readonly InitHook<Wire>[] {
  const hooks: InitHook<Wire>[] = [];
  if (starttls !== undefined && client !== undefined) hooks.push(protocols[starttls].startTls({ tls: client }));
  if (login !== undefined) hooks.push(protocols[login.protocol].login({ credentials: login.credentials }));
  return hooks;
}

function materialOf({ ca, cert, key, servername }: ReachOptions): TlsMaterial {
  const own = cert === undefined ? undefined : readPem('cert', cert);
  if (cert !== undefined && key === undefined && !own?.includes('PRIVATE KEY-----')) {
    throw usageError(`--cert: there is no key in '${cert}': add it, or name its file with --key`);
  }
  return {
    ...(servername !== undefined && { servername }),
    ...(ca !== undefined && { ca: readPem('ca', ca) }),
    ...(own !== undefined && { cert: own, key: key === undefined ? own : readPem('key', key) }),
  };
}

function clientFor({ address }: Place, material: TlsMaterial): TlsClient {
  try {
    return tlsClient({ ...material, ...('port' in address ? address : { host: 'localhost' }) });
  } catch (error) {
    if (!(error instanceof OptionsError)) throw error;
    throw usageError(error.option === 'secureContext' ? `--ca, --cert or --key is no good: ${error.message}` : error.message);
  }
}
