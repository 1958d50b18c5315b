import type { ImapFlow } from 'imapflow';

/** May it be lent still? Between `* BYE` and the close that follows, imapflow calls itself usable. */
export function isUsable(client: ImapFlow): boolean {
  return client.usable && client.state !== client.states.LOGOUT;
}
