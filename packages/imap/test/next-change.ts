import type { MailboxChange, MailboxWatch } from '@pool/imap';

/** The next change of this kind. */
export async function next<K extends MailboxChange['kind']>(
  watch: MailboxWatch,
  kind: K,
): Promise<Extract<MailboxChange, { kind: K }>> {
  for (;;) {
    const { done, value } = await watch.next();
    if (done) throw new Error(`it ended before anything was ${kind}`);
    if (value.kind === kind) return value as Extract<MailboxChange, { kind: K }>;
  }
}
