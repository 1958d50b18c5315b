import type { TLSSocket } from 'node:tls';

/**
 * Node has given the session to OpenSSL, and keeps its bytes for nothing on the socket, among the options of two properties. Loggers find them there,
 * and a session is as good as its key.
 */
export function forgetSession(socket: TLSSocket): void {
  for (const property of Reflect.ownKeys(socket)) {
    const options: unknown = Reflect.get(socket, property);
    if (typeof options === 'object' && options !== null && 'session' in options && ArrayBuffer.isView(options.session)) {
      options.session = undefined;
    }
  }
}
