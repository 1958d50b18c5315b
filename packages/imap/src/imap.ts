import { ConnectionError, type Connector, type PoolControl } from '@pool/core';
import type { ImapFlow } from 'imapflow';
import { notesOf } from './connection/client-notes.ts';
import { closeClient } from './connection/close-client.ts';
import { isUsable } from './connection/is-usable.ts';
import { socketOf } from './connection/socket-of.ts';
import { takeBack } from './connection/take-back.ts';
import { watchClient } from './connection/watch-client.ts';
import { imapErrors, verdictOf } from './errors/imap-error-class.ts';
import { tagOf } from './mailbox/mailbox-tag.ts';
import { openClient } from './open/open-client.ts';
import type { ImapOptions } from './options/imap-options.ts';
import { resolveImapOptions, type Settings } from './options/resolve-imap-options.ts';

/**
 * Logged-in IMAP connections, each an `ImapFlow`. A mailbox stays selected when one comes back: it is never closed by IMAP's CLOSE, which would
 * expunge what is marked as deleted.
 *
 * Notices of the pool: `imap-unclean` (one came back with a lock or a download, and was closed), `imap-cleaned` (with a command or with
 * listeners, and was put in order), `imap-throttled`, and `tls-rotation-failed`.
 * @throws OptionsError
 */
export function imap(options: ImapOptions): Connector<ImapFlow> {
  const settings = resolveImapOptions(options);
  const pools = new Set<PoolControl<ImapFlow>>();
  const notice = (code: string, detail: unknown): void => {
    for (const pool of pools) pool.notice(code, detail);
  };
  const onThrottled = (client: ImapFlow, forMs: number): void => {
    for (const pool of pools) pool.park(client, forMs);
    notice('imap-throttled', { forMs });
  };
  return {
    open: (context) => openClient(settings, context, { onThrottled, notice }),
    close: (client, context) => closeClient(client, context, settings.logoutTimeoutMs),
    destroy: (client) => client.close(),
    isAlive: isUsable,
    // Not in a `reset`, which would take every returned connection away for a turn: the next caller would get another one, with another mailbox.
    isClean: takeBack,
    ping: async (client) => {
      await client.noop();
      // It resolves whatever happened.
      if (!isUsable(client)) throw new ConnectionError('the IMAP connection was lost before NOOP was answered');
    },
    watch: (client, onBroken) => {
      for (const pool of pools) expire(pool, client, settings);
      const unwatch = watchClient(client, onBroken);
      notesOf(client)?.baseline.note();
      return unwatch;
    },
    onIdle: (client) => {
      // Nobody waits for an answer: silence is as it should be.
      socketOf(client)?.unref().setTimeout(0);
    },
    onLend: (client) => {
      socketOf(client)
        ?.ref()
        .setTimeout(Math.min(settings.silenceTimeoutMs, 2 ** 31 - 1));
    },
    tag: tagOf,
    openVerdict: (error) => verdictOf(error, settings.capacityLimitMs),
    attach: (pool) => {
      pools.add(pool);
      const unlisten = settings.tls?.onRotate({
        rotated: () => pool.recycle(),
        failed: (error) => pool.notice('tls-rotation-failed', { error }),
      });
      return () => {
        unlisten?.();
        pools.delete(pool);
      };
    },
    brokenBy: imapErrors,
  };
}

/** Most time between the end of a connection and that of its token, in milliseconds: so that no work begins that the server will cut off. */
const mostMarginMs = 60_000;

function expire(pool: PoolControl<ImapFlow>, client: ImapFlow, { clock }: Settings): void {
  const { tokenExpiresAt = Infinity, certificateExpiresAt = Infinity } = notesOf(client) ?? {};
  const wall = clock.wall?.() ?? Date.now();
  const tokenMs = tokenExpiresAt - wall;
  // Half of a short life: a connection that ends as it begins would be opened again and again.
  const lifeMs = Math.min(tokenMs - Math.min(mostMarginMs, tokenMs / 2), certificateExpiresAt - wall);
  if (lifeMs < Infinity) pool.expireAt(client, pool.now() + Math.max(0, lifeMs));
}
