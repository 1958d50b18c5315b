import { OptionsError } from '@pool/core';
import { ProxyServer } from './proxy/proxy-server.ts';
import { materialKey, type TlsMaterialSource } from './tls-material.ts';

/** All that makes two requests share a connection. */
export interface Origin extends Via {
  /** `http://host:port` or `https://host:port`; path and query are not looked at. */
  readonly url: string;
}

/** By what way, when not straight to the URL's host. */
export interface Via {
  /** A Unix socket to connect to, instead of the URL's host and port. */
  readonly socketPath?: string | undefined;
  /** The address of this machine to connect from. */
  readonly localAddress?: string | undefined;
  /**
   * A proxy to go through: `http://[user:password@]host[:port]` (with CONNECT, also to http: origins), `socks5://` or `socks4a://`. Names
   * are the proxy's to look up. Different credentials mean different connections.
   */
  readonly proxy?: string | undefined;
  /** Of an https: origin: another name to ask for and to check the certificate against. @default the URL's host */
  readonly servername?: string | undefined;
  /** Of an https: origin, instead of the pool's. The same object each time: another one means other connections. */
  readonly tls?: TlsMaterialSource | undefined;
}

/** An origin in its one spelling, with what it is called in maps and messages. */
export class ResolvedOrigin implements Origin {
  readonly url: string;
  readonly socketPath: string | undefined;
  readonly localAddress: string | undefined;
  readonly servername: string | undefined;
  readonly tls: TlsMaterialSource | undefined;
  /** Which shows no credentials. */
  readonly way: ProxyServer | undefined;
  readonly secure: boolean;
  /** Without the brackets of an IPv6 address. */
  readonly host: string;
  readonly port: number;
  /** The same for two origins exactly when they may share connections. */
  readonly key: string;
  /** As it was given, with its credentials. */
  readonly #proxy: string | undefined;

  /** @throws OptionsError when it is no http: or https: URL, or the proxy is none */
  constructor(origin: Origin) {
    const url = parse(origin.url);
    this.url = url.origin;
    this.socketPath = origin.socketPath;
    this.localAddress = origin.localAddress;
    this.#proxy = origin.proxy;
    this.way = origin.proxy === undefined ? undefined : new ProxyServer(origin.proxy);
    if (this.way !== undefined && this.socketPath !== undefined) {
      throw new OptionsError('proxy', "options 'proxy' and 'socketPath' exclude each other: give one of them");
    }
    this.secure = url.protocol === 'https:';
    this.host = url.hostname.replace(/^\[(.*)\]$/, '$1');
    this.port = url.port === '' ? (this.secure ? 443 : 80) : Number(url.port);
    this.servername = this.secure && origin.servername !== this.host ? origin.servername : undefined;
    this.tls = this.secure ? origin.tls : undefined;
    const ways = Object.entries({
      socket: this.socketPath,
      from: this.localAddress,
      through: this.way?.key,
      as: this.servername,
      with: this.tls === undefined ? undefined : materialKey(this.tls),
    }).filter(([, value]) => value !== undefined);
    this.key = [this.url, ...ways.map(([name, value]) => `${name}=${value}`)].join(' ');
  }

  /** Without its credentials. */
  get proxy(): string | undefined {
    return this.way?.url;
  }

  /** As somebody would write it, who shows it: the proxy is without its credentials. */
  get plain(): Origin {
    const { url, socketPath, localAddress, servername, tls, way } = this;
    return {
      url,
      ...(servername === undefined ? {} : { servername }),
      ...(tls === undefined ? {} : { tls }),
      ...(socketPath === undefined ? {} : { socketPath }),
      ...(localAddress === undefined ? {} : { localAddress }),
      ...(way === undefined ? {} : { proxy: way.url }),
    };
  }

  /** The same by another name, on the same way. */
  as(servername: string): ResolvedOrigin {
    return new ResolvedOrigin({ ...this.plain, proxy: this.#proxy, servername });
  }

  static from(origin: Origin): ResolvedOrigin {
    return origin instanceof ResolvedOrigin ? origin : new ResolvedOrigin(origin);
  }
}

function parse(text: string): URL {
  let url: URL | undefined;
  try {
    url = new URL(text);
  } catch {
    // Said below, without the text: it may carry a password.
  }
  if (url === undefined || (url.protocol !== 'http:' && url.protocol !== 'https:') || url.hostname === '') {
    throw new OptionsError('url', 'url must be an absolute http: or https: URL');
  }
  return url;
}
