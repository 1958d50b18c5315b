import type { AgentOptions, ClientRequestArgs } from 'node:http';
import { isIP, type Socket } from 'node:net';
import { ResolvedOrigin } from '../origin.ts';
import type { AgentConnection } from './agent-connection.ts';
import type { WaitingRequest } from './waiting-request.ts';

/** What a request of node:http says about where it goes, with the agent's own options. */
export type AgentRequestOptions = ClientRequestArgs & AgentOptions & { servername?: string };

/** All requests that may share sockets: those of one `getName()`. */
export class AgentOrigin {
  /** As node:http calls it. Of https it holds keys and certificates, so it shows nowhere else. */
  readonly name: string;
  /** As the pool calls it. */
  readonly key: string;
  /** Whose limit it shares. */
  readonly origin: ResolvedOrigin;
  readonly options: AgentRequestOptions;
  readonly connections = new Map<Socket, AgentConnection>();
  readonly waiting = new Set<WaitingRequest>();
  /** Requests that are being asked for right now; they may be served at once. */
  asking = 0;

  constructor(name: string, origin: ResolvedOrigin, options: AgentRequestOptions) {
    this.name = name;
    this.key = `${origin.url}#${++originsNamed}`;
    this.origin = origin;
    this.options = options;
  }
}

let originsNamed = 0;

/** What an agent adds to what its requests say. */
export interface AgentWay {
  readonly protocol: string;
  readonly defaultPort: number;
  readonly proxy: string | undefined;
}

/** Where it leads, in the pool's own words. */
export function originOf(options: AgentRequestOptions, { protocol, defaultPort, proxy }: AgentWay): ResolvedOrigin {
  const { socketPath, localAddress, port } = options;
  const host = options.host ?? options.hostname ?? 'localhost';
  return new ResolvedOrigin({
    url: `${protocol}//${isIP(host) === 6 ? `[${host}]` : host}:${port ?? defaultPort}`,
    socketPath,
    localAddress,
    // A Unix socket is on this machine.
    proxy: socketPath ? undefined : proxy,
  });
}

/** The name that is checked against the certificate: that of `Host`, as in node:http, and never an address (RFC 6066 §3). */
export function withServername(options: AgentRequestOptions, hostHeader: unknown): AgentRequestOptions {
  if (options.servername) return options;
  let servername = options.host ?? '';
  if (typeof hostHeader === 'string' && hostHeader !== '') {
    servername = hostHeader.startsWith('[') ? hostHeader.slice(1, hostHeader.indexOf(']')) : (hostHeader.split(':', 1)[0] ?? '');
  }
  return { ...options, servername: isIP(servername) === 0 ? servername : '' };
}
