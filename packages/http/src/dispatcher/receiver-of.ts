import { type Dispatcher, errors } from 'undici/index.js';
import type { Receiver } from '../exchange/receiver.ts';
import { NewStyleReceiver } from './new-style-receiver.ts';

/**
 * Handlers come in two styles: `onConnect … onError` (undici 6 and 7) and `onRequestStart … onResponseError` (7 and 8, and what
 * `compose()` makes). The older one is what the engine speaks.
 *
 * @throws InvalidArgumentError of undici when it is neither
 */
export function receiverOf(handler: Dispatcher.DispatchHandler, takesSocket: boolean): Receiver {
  if (typeof handler !== 'object' || handler === null) throw new errors.InvalidArgumentError('handler must be an object');
  if (typeof handler.onRequestStart === 'function') return new NewStyleReceiver(handler);
  if (typeof handler.onConnect !== 'function') throw missing('onConnect');
  if (typeof handler.onError !== 'function') throw missing('onError');
  if (takesSocket) {
    if (typeof handler.onUpgrade !== 'function') throw missing('onUpgrade');
  } else {
    if (typeof handler.onHeaders !== 'function') throw missing('onHeaders');
    if (typeof handler.onData !== 'function') throw missing('onData');
    if (typeof handler.onComplete !== 'function') throw missing('onComplete');
  }
  // undici's types have the trailers as text; it gives bytes, as for headers.
  return handler as object as Receiver;
}

function missing(method: string): Error {
  return new errors.InvalidArgumentError(`invalid ${method} method`);
}

/** Tells a handler of either style, or of neither quite, that its request failed before it began. False when it cannot be told. */
export function tellHandler(handler: unknown, error: Error): boolean {
  if (typeof handler !== 'object' || handler === null) return false;
  const { onError, onResponseError } = handler as Dispatcher.DispatchHandler;
  if (typeof onResponseError === 'function') new NewStyleReceiver(handler as Dispatcher.DispatchHandler).onError(error);
  else if (typeof onError === 'function') onError.call(handler, error);
  else return false;
  return true;
}
