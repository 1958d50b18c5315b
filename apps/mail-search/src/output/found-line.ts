import type { FoundMail } from '../search/search-account.ts';
import type { Colors } from './output.ts';

/** One message in one line. */
export function foundLine({ mailbox, date, from, subject }: FoundMail, colors: Colors, width: number): string {
  const day = date === undefined || Number.isNaN(date.getTime()) ? '          ' : date.toISOString().slice(0, 10);
  return `${colors.cyan(forTerminal(mailbox).padEnd(width))}  ${colors.dim(day)}  ${forTerminal(from).padEnd(24)}  ${forTerminal(subject)}\n`;
}

/** What came from elsewhere must not move the cursor: control characters, and those that turn the direction of writing. */
export function forTerminal(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Co}\p{Cn}]/gu, '?');
}
