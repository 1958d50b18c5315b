import type { CloseContext } from '@pool/core';
import type { ImapFlow } from 'imapflow';
import { isUsable } from './is-usable.ts';
import { socketOf } from './socket-of.ts';

/** LOGOUT where there is hope for an answer, for as long as it may take; then the socket is destroyed. */
export async function closeClient(client: ImapFlow, context: CloseContext, logoutTimeoutMs: number): Promise<void> {
  if (context.graceful && isUsable(client) && !context.signal.aborted && logoutTimeoutMs > 0)
    await logOut(client, context, logoutTimeoutMs);
  client.close();
}

async function logOut(client: ImapFlow, { signal }: CloseContext, logoutTimeoutMs: number): Promise<void> {
  // An unref'd socket would let the process end before its goodbye.
  socketOf(client)?.ref();
  const close = (): void => client.close();
  const timer = setTimeout(close, Math.min(logoutTimeoutMs, 2 ** 31 - 1));
  signal.addEventListener('abort', close);
  try {
    // Settles at the latest when it is closed.
    await client.logout();
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', close);
  }
}
