import type { SearchObject } from 'imapflow';
import type { Flags } from '../account/flags.ts';

/** What the server is asked for: all of it must be true of a message. Words are looked for anywhere in it. */
export function queryOf(words: readonly string[], { from, to, subject, since, before, unseen }: Flags): SearchObject {
  return {
    all: true,
    ...(words.length === 1 && { text: words[0] }),
    // A word each: twice the same key must be said by way of NOT NOT, or imapflow would keep the last one.
    ...(words.length > 1 && { not: { or: words.map((text) => ({ not: { text } })) } }),
    ...(from !== undefined && { from }),
    ...(to !== undefined && { to }),
    ...(subject !== undefined && { subject }),
    ...(since !== undefined && { since }),
    ...(before !== undefined && { before }),
    ...(unseen === true && { seen: false }),
  };
}
