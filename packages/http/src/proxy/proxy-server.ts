import { createHmac, randomBytes } from 'node:crypto';
import { OptionsError } from '@pool/core';

/** Kept out of every message, key and inspection. */
interface ProxyCredentials {
  readonly username: string;
  readonly password: string;
}

const defaultPorts = { 'http:': 80, 'socks4a:': 1080, 'socks5:': 1080 } as const;

type ProxyProtocol = keyof typeof defaultPorts;

/** RFC 1929 counts them in one byte. */
const longestOfSocks = 255;

/** Of this process alone: a digest that is logged somewhere tells nothing, not even to somebody who guesses. */
const digestKey = randomBytes(32);

/** A proxy as its URL says it. What may be shown are its fields; how one logs in is private. */
export class ProxyServer {
  readonly protocol: ProxyProtocol;
  /** Without the brackets of an IPv6 address. */
  readonly host: string;
  readonly port: number;
  /** Without the credentials. */
  readonly url: string;
  /** The same for two of them exactly when their tunnels may be shared: same proxy, same credentials. */
  readonly key: string;
  readonly #credentials: ProxyCredentials | undefined;

  /** @throws OptionsError, without the text: it may carry a password */
  constructor(text: string) {
    const url = parse(text);
    const protocol = protocolOf(url);
    this.protocol = protocol;
    this.host = url.hostname.replace(/^\[(.*)\]$/, '$1');
    this.port = url.port === '' ? defaultPorts[protocol] : Number(url.port);
    this.url = `${protocol}//${url.hostname}:${this.port}`;
    this.#credentials = credentialsOf(url, protocol);
    this.key = this.#credentials === undefined ? this.url : `${this.url}#${digest(this.#credentials)}`;
  }

  get credentials(): ProxyCredentials | undefined {
    return this.#credentials;
  }

  /** What `Proxy-Authorization` says (RFC 7617 §2). Undefined without credentials. */
  get authorization(): string | undefined {
    if (this.#credentials === undefined) return undefined;
    const { username, password } = this.#credentials;
    return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
  }
}

function parse(text: string): URL {
  if (typeof text === 'string' && URL.canParse(text)) {
    const url = new URL(text);
    if (url.hostname !== '' && url.port !== '0') return url;
  }
  throw new OptionsError('proxy', "option 'proxy' must be a URL such as http://host:3128, socks5://host or socks4a://host");
}

function protocolOf({ protocol }: URL): ProxyProtocol {
  // The name is always the proxy's to look up: that is what the h says, where others do it themselves.
  if (protocol === 'socks5h:') return 'socks5:';
  if (protocol === 'http:' || protocol === 'socks5:' || protocol === 'socks4a:') return protocol;
  throw new OptionsError('proxy', `option 'proxy' must be of http:, socks5: or socks4a:, not ${protocol}`);
}

function credentialsOf(url: URL, protocol: ProxyProtocol): ProxyCredentials | undefined {
  if (url.username === '' && url.password === '') return undefined;
  const username = decode(url.username);
  const password = decode(url.password);
  const refuse = (why: string): never => {
    throw new OptionsError('proxy', `option 'proxy' has credentials that cannot be sent: ${why}`);
  };
  if (protocol === 'http:') {
    if (username.includes(':')) refuse('a user name for http: has no colon in it (RFC 7617)');
  } else if (Buffer.byteLength(username) > longestOfSocks || Buffer.byteLength(password) > longestOfSocks) {
    refuse(`SOCKS takes ${longestOfSocks} bytes for each at most`);
  }
  if (protocol === 'socks4a:' && (password !== '' || username.includes('\0'))) {
    refuse('SOCKS 4a knows a user name and no password');
  }
  return { username, password };
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw new OptionsError('proxy', "option 'proxy' has credentials that are not well escaped: a % is written as %25");
  }
}

function digest({ username, password }: ProxyCredentials): string {
  return createHmac('sha256', digestKey)
    .update(JSON.stringify([username, password]))
    .digest('hex')
    .slice(0, 16);
}
