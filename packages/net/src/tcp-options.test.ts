import { OptionsError } from '@pool/core';
import { expect, test } from 'vitest';
import { tcp } from './tcp.ts';
import { resolveTcpOptions, type TcpOptions } from './tcp-options.ts';

test.each<[object, string, string]>([
  [{}, 'port', 'port is missing'],
  [{ host: 'localhost' }, 'port', 'port is missing'],
  [{ port: 25, path: '/run/x' }, 'path', 'exclude each other'],
  [{ path: '/run/x', host: 'localhost' }, 'host', 'goes with port, not with path'],
  [{ port: 0 }, 'port', 'an integer from 1 to 65535, got 0'],
  [{ port: 65_536 }, 'port', 'got 65536'],
  [{ port: 1.5 }, 'port', 'got 1.5'],
  [{ port: '25' }, 'port', "got '25'"],
  [{ port: Number.NaN }, 'port', 'got NaN'],
  [{ path: '' }, 'path', "got ''"],
  [{ port: 25, host: '' }, 'host', "got ''"],
  [{ port: 25, keepAlive: 'yes' }, 'keepAlive', "true or false, got 'yes'"],
  [{ port: 25, noDelay: 1 }, 'noDelay', 'true or false, got 1'],
  [{ port: 25, keepAliveInitialDelay: -1 }, 'keepAliveInitialDelay', 'got -1'],
  [{ port: 25, keepAliveInitialDelay: 500 }, 'keepAliveInitialDelay', 'at least 1000 milliseconds, got 500'],
  [{ port: 25, keepAliveInitialDelay: Infinity }, 'keepAliveInitialDelay', 'got Infinity'],
  [{ port: 25, family: 5 }, 'family', '0, 4 or 6, got 5'],
  [{ port: 25, localPort: -1 }, 'localPort', 'got -1'],
  [{ port: 25, lookup: 'dns' }, 'lookup', "got 'dns'"],
  [{ port: 25, autoSelectFamilyAttemptTimeout: 0 }, 'autoSelectFamilyAttemptTimeout', 'got 0'],
  [{ port: 25, timeout: 1000 }, 'timeout', "the pool's openTimeoutMs"],
  [{ port: 25, signal: AbortSignal.abort() }, 'signal', 'is not an option of tcp()'],
  [{ port: 25, onread: {} }, 'onread', 'is not an option of tcp()'],
  [{ port: 25, allowHalfOpen: true }, 'allowHalfOpen', 'is not an option of tcp()'],
])('%o is refused when the connector is made, naming %s', (options, option, message) => {
  const make = (): unknown => tcp(options as TcpOptions);
  expect(make).toThrow(OptionsError);
  expect(make).toThrow(expect.objectContaining({ option, message: expect.stringContaining(message) }));
});

test('keep-alive, no-delay and the race of address families are on unless switched off', () => {
  expect(resolveTcpOptions({ port: 25 })).toEqual({
    port: 25,
    keepAlive: true,
    keepAliveInitialDelay: 10_000,
    noDelay: true,
    autoSelectFamily: true,
  });
  expect(resolveTcpOptions({ port: 25, keepAlive: false, noDelay: false })).toMatchObject({ keepAlive: false, noDelay: false });
});

test('an option that is undefined has its default', () => {
  expect(resolveTcpOptions({ port: 25, noDelay: undefined } as unknown as TcpOptions)).toMatchObject({ noDelay: true });
});

test('options of Node’s that are not ours to check pass', () => {
  expect(resolveTcpOptions({ port: 25, localAddress: '127.0.0.2', hints: 0 })).toMatchObject({
    localAddress: '127.0.0.2',
    hints: 0,
  });
  expect(resolveTcpOptions({ path: '/run/x' })).toMatchObject({ path: '/run/x' });
});
