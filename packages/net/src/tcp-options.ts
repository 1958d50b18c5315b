import type { IpcNetConnectOpts, TcpNetConnectOpts } from 'node:net';
import { OptionsError } from '@pool/core';
import { longestTimeoutMs } from './longest-timeout.ts';

/** Time limits belong to the pool (`openTimeoutMs`), the reading to the Wire, and a peer that said FIN is of no use to either. */
type NotForPools = 'timeout' | 'signal' | 'onread' | 'fd' | 'readable' | 'writable' | 'allowHalfOpen';

/**
 * Node's own connect options: `host` and `port`, or `path` of a Unix socket.
 * Differing defaults: `keepAlive` true with `keepAliveInitialDelay` 10_000, `noDelay` true, `autoSelectFamily` true.
 */
export type TcpOptions = Omit<TcpNetConnectOpts, NotForPools> | Omit<IpcNetConnectOpts, NotForPools>;

/**
 * With these, a peer that vanished is noticed after 20 s of silence: Node probes 10 times, 1 s apart, after the delay. Without them an idle
 * connection to it looks good for ever.
 */
const defaults = { keepAlive: true, keepAliveInitialDelay: 10_000, noDelay: true, autoSelectFamily: true };

const hints: Readonly<Record<NotForPools, string>> = {
  timeout: "the pool's openTimeoutMs and the timeoutMs of each read and write are the limits",
  signal: 'the signal comes with each open',
  onread: 'the Wire does the reading',
  fd: 'every open makes a socket of its own',
  readable: 'a Wire reads and writes',
  writable: 'a Wire reads and writes',
  allowHalfOpen: 'a peer that said FIN is not used any more',
};

/**
 * Checked, and with the defaults filled in. Options of Node's that are not named here are Node's to check.
 * @throws OptionsError naming the option, its value and what is allowed
 */
export function resolveTcpOptions(options: TcpOptions): TcpOptions {
  const given: Readonly<Record<string, unknown>> = { ...options };
  for (const [option, hint] of Object.entries(hints)) {
    if (given[option] !== undefined) throw new OptionsError(option, `${option} is not an option of tcp(): ${hint}`);
  }
  checkTarget(given);
  for (const option of ['keepAlive', 'noDelay', 'autoSelectFamily']) {
    check(given, option, 'true or false', (value) => typeof value === 'boolean');
  }
  // Node counts in whole seconds and drops the rest: 500 would be 0, and that is the system's delay, two hours on Linux.
  check(
    given,
    'keepAliveInitialDelay',
    "0 (the system's default, often two hours) or at least 1000 milliseconds",
    (value) => value === 0 || isNumber(value, 1000, longestTimeoutMs),
  );
  check(given, 'autoSelectFamilyAttemptTimeout', 'from 1 millisecond up', (value) => isNumber(value, 1, longestTimeoutMs));
  check(given, 'family', '0, 4 or 6', (value) => value === 0 || value === 4 || value === 6);
  check(given, 'localPort', 'an integer from 0 to 65535', (value) => isPort(value, 0));
  check(given, 'lookup', 'a function like dns.lookup', (value) => typeof value === 'function');
  // One that is undefined is one that is not given.
  const set = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  return { ...defaults, ...set } as TcpOptions;
}

function checkTarget(given: Readonly<Record<string, unknown>>): void {
  const { port, path } = given;
  if (port === undefined && path === undefined) {
    throw new OptionsError('port', 'port is missing: give port (and host) for TCP, or path for a Unix socket');
  }
  if (port !== undefined && path !== undefined) {
    throw new OptionsError('path', `path ${JSON.stringify(path)} and port ${String(port)} exclude each other: give one of them`);
  }
  if (path !== undefined && given.host !== undefined) {
    throw new OptionsError('host', `host ${JSON.stringify(given.host)} goes with port, not with path`);
  }
  check(given, 'port', 'an integer from 1 to 65535', (value) => isPort(value, 1));
  check(given, 'path', 'a path that is not empty', (value) => typeof value === 'string' && value !== '');
  check(given, 'host', 'a host name or address that is not empty', (value) => typeof value === 'string' && value !== '');
}

function check(
  given: Readonly<Record<string, unknown>>,
  option: string,
  allowed: string,
  test: (value: unknown) => boolean,
): void {
  const value = given[option];
  if (value === undefined || test(value)) return;
  const shown = typeof value === 'string' ? `'${value}'` : String(value);
  throw new OptionsError(option, `${option} must be ${allowed}, got ${shown}`);
}

function isPort(value: unknown, lowest: number): boolean {
  return Number.isInteger(value) && isNumber(value, lowest, 65_535);
}

function isNumber(value: unknown, lowest: number, highest: number): boolean {
  return typeof value === 'number' && value >= lowest && value <= highest;
}
