import type { TcpNetConnectOpts } from 'node:net';

export const tcpOptionNames = [
  'autoSelectFamily',
  'autoSelectFamilyAttemptTimeout',
  'family',
  'hints',
  'keepAlive',
  'keepAliveInitialDelay',
  'localAddress',
  'localPort',
  'lookup',
  'noDelay',
] as const;

/** Node's own options of connecting, but where to. */
export type ImapTcpOptions = Partial<Pick<TcpNetConnectOpts, (typeof tcpOptionNames)[number]>>;
