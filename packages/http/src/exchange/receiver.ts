import type { Duplex } from 'node:stream';
import type { Outcome } from './verdicts.ts';

/**
 * Who gets the response: the older of undici's two handler interfaces, which any handler of undici 6 and 7 is as it stands.
 * @see https://github.com/nodejs/undici/blob/v6.x/docs/docs/api/Dispatcher.md#parameter-dispatchhandler
 */
export interface Receiver {
  /** Once, when the request is written or has to wait for a connection, whichever comes first: it can be aborted from here on. */
  onConnect(abort: (reason?: Error) => void): void;
  onResponseStarted?(): void;
  /** 1xx, then the final one. False: hold the body back until `resume`. */
  onHeaders(status: number, rawHeaders: Buffer[], resume: () => void, statusText: string): unknown;
  /** False: hold the rest back until `resume`. */
  onData(chunk: Buffer): unknown;
  onComplete(rawTrailers: Buffer[]): void;
  onError(error: Error): void;
  /** Before `onError`, when the request was written: what became of its connection. No handler of undici has this. */
  onOutcome?(outcome: Outcome): void;
  onUpgrade?(status: number, rawHeaders: Buffer[], socket: Duplex): void;
  onBodySent?(chunk: Buffer): void;
  onRequestSent?(): void;
}
