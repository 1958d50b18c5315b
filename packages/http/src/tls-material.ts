import type { TlsOptions } from '@pool/tls';

/** What `@pool/tls` takes, without whom to connect to: that is the origin's. */
export type TlsMaterial = Partial<Omit<TlsOptions, 'host' | 'port' | 'ALPNProtocols' | 'requireAlpn'>>;

/** A function is asked before the first connection to an origin, and again on every `rotateTls()`. */
export type TlsMaterialSource = TlsMaterial | (() => TlsMaterial | PromiseLike<TlsMaterial>);

/** Two requests share a connection only when they were given the very same material. */
export function materialKey(material: TlsMaterialSource): string {
  let key = keys.get(material);
  if (key === undefined) {
    key = `tls-${++keyed}`;
    keys.set(material, key);
  }
  return key;
}

const keys = new WeakMap<TlsMaterialSource, string>();
let keyed = 0;
