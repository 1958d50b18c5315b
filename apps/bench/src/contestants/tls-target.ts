import { Child } from '../child.ts';

export interface TlsTarget {
  readonly host: string;
  readonly port: number;
  readonly ca: string;
}

let started: Promise<TlsTarget> | undefined;

/** A server of this process's own, started when first asked for. */
export function tlsTarget(): Promise<TlsTarget> {
  started ??= new Child<object, TlsTarget>('tls-server', []).next(20_000);
  return started;
}
