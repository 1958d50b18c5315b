import { writeFileSync } from 'node:fs';
import type { FoundMail } from '../search/search-account.ts';
import { SearchError } from '../search-error.ts';

/** All that was found, by mailbox and UID; mail is nobody else's to read. */
export function jsonExport(file: string, found: readonly FoundMail[]): string {
  const sorted = found.toSorted((one, other) =>
    one.mailbox === other.mailbox ? one.uid - other.uid : one.mailbox < other.mailbox ? -1 : 1,
  );
  const text = `${JSON.stringify(sorted, null, 2)}\n`;
  if (file === '-') return text;
  try {
    writeFileSync(file, text, { mode: 0o600 });
    return '';
  } catch (error) {
    throw new SearchError(`--json: '${file}' cannot be written`, 1, { cause: error });
  }
}
