import type { ImapFlow } from 'imapflow';
import { notesOf } from './client-notes.ts';
import { isUsable } from './is-usable.ts';
import { unfinished } from './unfinished.ts';

/** To open another connection takes ten round trips; to wait longer than this for the end of somebody's FETCH is no better. */
const patienceMs = 500;

/**
 * Lets commands that nobody waits for any more (a FETCH whose loop was left) come to their end, if that is near: a NOOP behind them is answered
 * after them, and breaks an IDLE.
 */
export async function settleCommands(client: ImapFlow): Promise<void> {
  const { commands, held } = unfinished(client);
  if (commands.length === 0 || held.length > 0) return;
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, patienceMs);
  });
  await Promise.race([settle(client), over]);
  clearTimeout(timer);
  if (isSettled(client)) notesOf(client)?.notice('imap-cleaned', { commands, listeners: [] });
}

/** A method of imapflow may have further commands to say when the first is answered. */
async function settle(client: ImapFlow): Promise<void> {
  try {
    while (isUsable(client) && !isSettled(client)) await client.noop();
  } catch {
    // Lost: that shows when it comes back.
  }
}

function isSettled(client: ImapFlow): boolean {
  return unfinished(client).commands.length === 0;
}
