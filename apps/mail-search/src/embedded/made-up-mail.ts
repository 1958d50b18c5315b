/** One message, and where it lies. */
export interface MadeUpMail {
  readonly mailbox: string;
  readonly date: Date;
  readonly source: string;
  readonly seen: boolean;
}

const names = ['Ada', 'Barbara', 'Donald', 'Edsger', 'Frances', 'Grace', 'Ken', 'Margaret', 'Niklaus', 'Radia'];
const things = ['invoice', 'minutes', 'photos', 'proposal', 'reminder', 'review', 'summary', 'ticket'];
const abouts = [
  'of the last meeting',
  'for the new office',
  'about the bridge',
  'from the train',
  'in two colours',
  'before the holidays',
];
const years = ['2023', '2024', '2025'];

/** Numbers that look random and are the same in every run. */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return (state >> 8) % below;
  };
}

/** INBOX first. */
export function mailboxNames(count: number): readonly string[] {
  const archives = Array.from(
    { length: count },
    (_, index) => `Archive/${years[index % years.length]}/${names[index % names.length]}`,
  );
  return [
    ...new Set(['INBOX', 'Sent', 'Drafts', ...archives.map((name, index) => (index < 30 ? name : `${name}-${index}`))]),
  ].slice(0, count);
}

/** The same mail in every run. */
export function* madeUpMail(mailboxes: readonly string[], count: number): Generator<MadeUpMail, void, undefined> {
  const next = numbers(7);
  const pick = <T>(list: readonly T[]): T => list[next(list.length)] as T;
  for (let number = 0; number < count; number += 1) {
    const from = pick(names);
    const date = new Date(Date.UTC(2023 + next(3), next(12), 1 + next(28), next(24), next(60)));
    const subject = `${pick(things)} ${pick(abouts)}`;
    const source = [
      `From: ${from} <${from.toLowerCase()}@example.test>`,
      'To: Alice <alice@example.test>',
      `Subject: ${subject}`,
      `Date: ${date.toUTCString()}`,
      `Message-ID: <${number}@example.test>`,
      '',
      `Dear Alice, here is the ${subject}. Yours, ${from}`,
      '',
    ].join('\r\n');
    yield { mailbox: mailboxes[number % mailboxes.length] ?? 'INBOX', date, source, seen: next(3) > 0 };
  }
}
