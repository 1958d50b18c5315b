import { ProtocolError } from '@pool/net';
import type { Dialogue } from '../dialogue.ts';

/** RFC 5321 section 4.2. */
export interface SmtpReply {
  readonly code: number;
  /** What follows the code in each line. */
  readonly texts: readonly string[];
}

/** @throws ProtocolError when it is none */
export async function hearSmtpReply(dialogue: Dialogue): Promise<SmtpReply> {
  const texts: string[] = [];
  let code: string | undefined;
  for (;;) {
    const line = await dialogue.hear();
    const match = /^([2-5]\d\d)(?:([ -])(.*))?$/.exec(line);
    if (match === null || (code !== undefined && match[1] !== code)) {
      throw new ProtocolError('the server sent a line that is no SMTP reply (RFC 5321 section 4.2)', { received: line });
    }
    code = match[1];
    texts.push(match[3] ?? '');
    if (match[2] !== '-') return { code: Number(code), texts };
  }
}

/** Its code, and the enhanced one (RFC 3463) where there is one. Not the words: they may repeat what was sent. */
export function describeSmtpReply({ code, texts }: SmtpReply): string {
  const enhanced = /^[245]\.\d{1,3}\.\d{1,3}(?= |$)/.exec(texts.at(-1) ?? '');
  return enhanced === null ? String(code) : `${code} ${enhanced[0]}`;
}
