import { type InitHook, type OpenContext, OptionsError } from '@pool/core';
import type { Wire } from '@pool/net';
import { LoginError } from './errors.ts';
import { exchange, unexpected } from './exchange.ts';

export interface Login {
  /** Without spaces. */
  readonly username: string;
  readonly password: string;
  /** Send them over a connection that is not encrypted, too. @default false: the open fails with LoginError */
  readonly allowCleartext?: boolean;
}

/** An init hook for servers started with `-Y`: the first value that is stored on a connection is not stored but is its login. */
export function login({ username, password, allowCleartext = false }: Login): InitHook<Wire> {
  if (!/^[^\s:]+$/.test(username))
    throw new OptionsError('username', 'username must not be empty, nor have spaces or colons in it');
  if (!/^[^\r\n]+$/.test(password)) throw new OptionsError('password', 'password must be one line, and not empty');
  const words = `${username} ${password}`;

  async function login(wire: Wire, { signal }: OpenContext): Promise<void> {
    if (!wire.secure && !allowCleartext) {
      throw new LoginError('the connection is not encrypted, so the password was not sent: use TLS, or say allowCleartext');
    }
    // A server that wants no login would take it for a value to keep: -1 makes it forget it at once.
    const request = `set login 0 -1 ${Buffer.byteLength(words)}\r\n${words}\r\n`;
    await exchange(
      wire,
      request,
      (line) => {
        if (line === 'STORED') return;
        if (line === 'CLIENT_ERROR authentication failure')
          throw new LoginError('memcached refused the username or the password');
        throw unexpected('the login', line);
      },
      { signal },
    );
  }
  return login;
}
