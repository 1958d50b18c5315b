import { Readable } from 'node:stream';
import { Client } from 'undici/index.js';
import { expect, it } from 'vitest';
import { checkRequest } from './check-request.ts';
import { EngineRequest, type RequestOptions } from './engine-request.ts';

/** What the engine itself says, which looks at a request when it is given one. */
function engineSays(request: EngineRequest): string | undefined {
  const engine = new Client('http://127.0.0.1:1', { connect: () => {} });
  let code: string | undefined;
  const handler = {
    onConnect() {},
    onHeaders: () => true,
    onData: () => true,
    onComplete() {},
    onError(error: Error & { readonly code?: string }) {
      code ??= error.code;
    },
    onUpgrade() {},
  };
  engine.dispatch(request as never, handler);
  const said = code;
  engine.destroy().catch(() => {});
  return said;
}

const fine: RequestOptions = { path: '/', method: 'GET' };
const requests: readonly (readonly [string, RequestOptions])[] = [
  ['a plain one', fine],
  ['an absolute path', { ...fine, path: 'http://host/' }],
  ['a relative path', { ...fine, path: 'x' }],
  ['a path with a blank', { ...fine, path: '/a b' }],
  ['a path with a line break', { ...fine, path: '/a\r\nx: y' }],
  ['a path that is none', { ...fine, path: 7 as unknown as string }],
  ['an authority for CONNECT', { ...fine, path: 'host:80', method: 'CONNECT' }],
  ['a method of its own', { ...fine, method: 'PURGE' }],
  ['a method with a blank', { ...fine, method: 'G T' }],
  ['no method', { ...fine, method: '' }],
  ['a header', { ...fine, headers: { a: 'b' } }],
  ['a header with several values', { ...fine, headers: { a: ['b', 'c'] } }],
  ['a header that is a number', { ...fine, headers: { a: 1 } }],
  ['a header that is null', { ...fine, headers: { a: null } }],
  ['a header that is undefined', { ...fine, headers: { a: undefined } }],
  ['a header that is an object', { ...fine, headers: { a: {} } }],
  ['a header name with a colon', { ...fine, headers: { 'a:': 'b' } }],
  ['an empty header name', { ...fine, headers: { '': 'b' } }],
  ['a line break in a header', { ...fine, headers: { a: 'b\nc' } }],
  ['a zero byte in a header', { ...fine, headers: { a: 'b\0' } }],
  ['Latin-1 in a header', { ...fine, headers: { a: 'gr\u00fcn' } }],
  ['more than Latin-1 in a header', { ...fine, headers: { a: '\u20ac' } }],
  ['a host', { ...fine, headers: { Host: 'a' } }],
  ['two hosts', { ...fine, headers: ['host', 'a', 'Host', 'b'] }],
  ['a length', { ...fine, headers: { 'content-length': '1' } }],
  ['two lengths', { ...fine, headers: ['content-length', '1', 'Content-Length', '1'] }],
  ['a length that is none', { ...fine, headers: { 'content-length': '1x' } }],
  ['a transfer encoding', { ...fine, headers: { 'transfer-encoding': 'chunked' } }],
  ['a Keep-Alive', { ...fine, headers: { 'keep-alive': 'timeout=5' } }],
  ['an Upgrade', { ...fine, headers: { upgrade: 'h2c' } }],
  ['an Expect', { ...fine, headers: { expect: '100-continue' } }],
  ['Connection: close', { ...fine, headers: { connection: 'close' } }],
  ['half a pair', { ...fine, headers: ['a'] }],
  ['an upgrade', { ...fine, upgrade: 'websocket' }],
  ['an upgrade to nothing in particular', { ...fine, upgrade: true }],
  ['an upgrade with a line break', { ...fine, upgrade: 'a\r\nb' }],
  ['a limit', { ...fine, headersTimeout: 5, bodyTimeout: 0 }],
  ['a limit that is none', { ...fine, headersTimeout: -1 }],
  ['a limit without end', { ...fine, bodyTimeout: Infinity }],
  ['a reset', { ...fine, reset: true }],
  ['a reset that is none', { ...fine, reset: 'yes' as unknown as boolean }],
  ['a text', { ...fine, method: 'POST', body: 'x' }],
  ['bytes', { ...fine, method: 'POST', body: new Uint8Array(1) }],
  ['a buffer', { ...fine, method: 'POST', body: new ArrayBuffer(1) }],
  ['a stream', { ...fine, method: 'POST', body: Readable.from(['x']).on('error', () => {}) }],
  ['an iterator', { ...fine, method: 'POST', body: (function* parts() {})() }],
  ['a Blob', { ...fine, method: 'POST', body: new Blob(['x']) }],
  ['a body that is a number', { ...fine, method: 'POST', body: 7 }],
];

it.each(requests)('%s: is refused when the engine would refuse it, and with the same code', (_, options) => {
  const request = new EngineRequest(options, {
    url: 'http://127.0.0.1',
    secure: false,
    host: '127.0.0.1',
    servername: undefined,
  });
  const error = checkRequest(request) as (Error & { readonly code?: string }) | undefined;
  expect(error?.code).toBe(engineSays(request));
});
