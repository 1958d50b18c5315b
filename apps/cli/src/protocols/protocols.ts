import type { Wire } from '@pool/net';
import {
  imapLogin,
  imapStartTls,
  ldapLogin,
  ldapStartTls,
  pop3Login,
  pop3StartTls,
  postgresStartTls,
  smtpLogin,
  smtpStartTls,
} from '@pool/tls';
import { readUntil } from '../targets/read-until.ts';
import { askWhoAmI } from './ask-who-am-i.ts';
import { emptyQuery } from './postgres/empty-query.ts';
import { postgresLogin } from './postgres/postgres-login.ts';
import { type Protocol, type ProtocolName, protocolNames } from './protocol.ts';

export const protocols: Readonly<Record<ProtocolName, Protocol>> = {
  smtp: {
    title: 'SMTP',
    ports: [25, 587, 465],
    startTls: smtpStartTls,
    login: smtpLogin,
    ask: line('NOOP\r\n', '250'),
    asksForLogin: false,
  },
  imap: {
    title: 'IMAP',
    ports: [143, 993],
    startTls: imapStartTls,
    login: imapLogin,
    ask: line('noop NOOP\r\n', 'noop OK'),
    asksForLogin: false,
  },
  pop3: {
    title: 'POP3',
    ports: [110, 995],
    startTls: pop3StartTls,
    login: pop3Login,
    ask: line('NOOP\r\n', '+OK'),
    asksForLogin: true,
  },
  ldap: {
    title: 'LDAP',
    ports: [389, 636],
    startTls: ldapStartTls,
    login: ldapLogin,
    ask: askWhoAmI,
    asksForLogin: false,
  },
  postgres: {
    title: 'PostgreSQL',
    ports: [5432],
    startTls: postgresStartTls,
    login: postgresLogin,
    ask: emptyQuery,
    asksForLogin: true,
  },
};

/** Undefined for a port that is nobody's. */
export function protocolOfPort(port: number): ProtocolName | undefined {
  return protocolNames.find((name) => protocols[name].ports.includes(port));
}

function line(request: string, expected: string): Protocol['ask'] {
  return async (wire: Wire, timeoutMs: number) => {
    await wire.write(request, { timeoutMs });
    await readUntil(wire, expected, timeoutMs);
  };
}
