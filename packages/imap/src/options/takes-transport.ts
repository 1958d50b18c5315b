import type { ImapFlowClass } from './imap-options.ts';

/** From 2.5 on imapflow can be given a socket that somebody else has opened; before that it would silently open its own. */
export function takesTransport({ version }: ImapFlowClass): boolean {
  const [major = 0, minor = 0] = String(version).split('.').map(Number);
  return major > 2 || (major === 2 && minor >= 5);
}
