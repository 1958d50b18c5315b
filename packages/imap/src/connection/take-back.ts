import type { ImapFlow } from 'imapflow';
import { notesOf } from './client-notes.ts';
import { unfinished } from './unfinished.ts';

/**
 * Puts a client that comes back in order, as far as that takes no waiting: listeners that its holder left are taken off. False when it is no good to
 * anybody else. Either is told.
 */
export function takeBack(client: ImapFlow): boolean {
  const notes = notesOf(client);
  const { held, commands } = unfinished(client);
  const left = [...held, ...commands, ...(notes?.baseline.damaged === true ? ['without the listeners of the pool'] : [])];
  if (left.length > 0) {
    notes?.notice('imap-unclean', { left });
    return false;
  }
  const listeners = notes?.baseline.restore() ?? [];
  if (listeners.length > 0) notes?.notice('imap-cleaned', { commands: [], listeners });
  return true;
}
