import { inspect } from 'node:util';
import { ConnectionError, isPoolError } from '@pool/core';
import { expect, test } from 'vitest';
import {
  ProtocolError,
  ReadTimeoutError,
  UpgradeTimeoutError,
  WireBusyError,
  WireClosedError,
  WriteTimeoutError,
} from './errors.ts';

test.each([
  [new WireClosedError('x'), 'WIRE_CLOSED'],
  [new ReadTimeoutError('x', 1), 'WIRE_READ_TIMEOUT'],
  [new WriteTimeoutError('x', 1), 'WIRE_WRITE_TIMEOUT'],
  [new UpgradeTimeoutError('x', 1), 'WIRE_UPGRADE_TIMEOUT'],
  [new ProtocolError('x'), 'WIRE_PROTOCOL'],
])('%s is a ConnectionError, so that a pool discards the connection', (error, code) => {
  expect(error).toBeInstanceOf(ConnectionError);
  expect(error.code).toBe(code);
  expect(error.name).toBe(error.constructor.name);
});

test('a WireBusyError is the program’s mistake and no ConnectionError', () => {
  const error = new WireBusyError('x');
  expect(error).not.toBeInstanceOf(ConnectionError);
  expect(isPoolError(error)).toBe(true);
  expect(error.code).toBe('WIRE_BUSY');
});

test('what the peer sent can be asked of a ProtocolError, and shows in no log', () => {
  const error = new ProtocolError('unexpected answer', { received: `secret${'x'.repeat(500)}` });
  expect(error.received).toBe(`secret${'x'.repeat(194)}`);
  expect(inspect(error)).not.toContain('secret');
  expect(JSON.stringify(error)).not.toContain('secret');
});
