import type { Duplex } from 'node:stream';
import { type Dispatcher, util } from 'undici/index.js';
import type { Receiver } from '../exchange/receiver.ts';

/** What a handler of undici 7 and 8 steers its exchange with. Public as undici makes it: interceptors look into it. */
class ExchangeController implements Dispatcher.DispatchController {
  aborted = false;
  paused = false;
  reason: Error | null = null;
  rawHeaders: Buffer[] | null = null;
  rawTrailers: Buffer[] | null = null;
  private abortExchange: ((reason?: Error) => void) | undefined = undefined;
  private resumeExchange: (() => void) | undefined = undefined;

  started(abort: (reason?: Error) => void): void {
    this.abortExchange = abort;
  }

  flows(resume: () => void): void {
    this.resumeExchange = resume;
  }

  abort(reason: Error): void {
    if (this.aborted) return;
    this.aborted = true;
    this.reason = reason;
    this.abortExchange?.(reason);
  }

  pause(): void {
    this.paused = true;
  }

  resume(): void {
    if (!this.paused) return;
    this.paused = false;
    this.resumeExchange?.();
  }
}

/** Speaks the newer of undici's two handler interfaces to a handler that knows no other. */
export class NewStyleReceiver implements Receiver {
  private readonly handler: Dispatcher.DispatchHandler;
  private readonly controller = new ExchangeController();

  constructor(handler: Dispatcher.DispatchHandler) {
    this.handler = handler;
  }

  onConnect(abort: (reason?: Error) => void): void {
    this.controller.started(abort);
    this.handler.onRequestStart?.(this.controller, undefined);
  }

  onHeaders(status: number, rawHeaders: Buffer[], resume: () => void, statusText: string): boolean {
    this.controller.rawHeaders = rawHeaders;
    this.controller.flows(resume);
    this.handler.onResponseStart?.(this.controller, status, util.parseHeaders(rawHeaders), statusText);
    return !this.controller.paused;
  }

  onData(chunk: Buffer): boolean {
    this.handler.onResponseData?.(this.controller, chunk);
    return !this.controller.paused;
  }

  onComplete(rawTrailers: Buffer[]): void {
    this.controller.rawTrailers = rawTrailers;
    this.handler.onResponseEnd?.(this.controller, util.parseHeaders(rawTrailers ?? []));
  }

  onError(error: Error): void {
    this.handler.onResponseError?.(this.controller, error);
  }

  onUpgrade(status: number, rawHeaders: Buffer[], socket: Duplex): void {
    this.controller.rawHeaders = rawHeaders;
    this.handler.onRequestUpgrade?.(this.controller, status, util.parseHeaders(rawHeaders), socket);
  }
}
