import type { UseContext } from '@pool/core';
import type { ImapFlow } from 'imapflow';
import { settleCommands } from './settle-commands.ts';

/** Work that leaves no command running behind it, where that can be helped. */
export function withSettledCommands<R>(
  work: (client: ImapFlow, context: UseContext<ImapFlow>) => R | PromiseLike<R>,
): (client: ImapFlow, context: UseContext<ImapFlow>) => Promise<R> {
  return async (client, context) => {
    try {
      return await work(client, context);
    } finally {
      // One that was taken away is closed as it is.
      if (context.lease.active) await settleCommands(client);
    }
  };
}
