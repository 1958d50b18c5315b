import { Child } from '../child.ts';

/** A web server on 127.0.0.1. */
export interface HttpTarget {
  readonly name: string;
  readonly port: number;
  /** Who signed the certificate it has when it speaks TLS, in PEM. */
  readonly ca: string;
}

let started: Promise<HttpTarget> | undefined;

/** A server of this process's own, started when first asked for. */
export function httpTarget(): Promise<HttpTarget> {
  started ??= new Child<object, HttpTarget>('http-server', []).next(20_000);
  return started;
}
