// Commands per second and time to the first answer: a pool, a connection for each task, one connection for all; and mailboxes with affinity and without.
//   cd packages/imap && npm run bench
import { cpus } from 'node:os';
import { type ImapOptions, ImapPool } from '@pool/imap';
import type { ImapFlow } from 'imapflow';
import { type Link, link } from './link.ts';
import { type Measured, measure, timed } from './measure.ts';

const lanes = 4;
const mailboxes = ['INBOX', 'Archive', 'Sent'];

const say = (line = ''): void => void process.stdout.write(`${line}\n`);

function row(name: string, firstMs: number, { perSecond, medianMs, p99Ms }: Measured): string {
  const cells = [firstMs, perSecond, medianMs, p99Ms].map((value) => (value < 10 ? value.toFixed(1) : value.toFixed(0)));
  return `| ${name} | ${cells.join(' | ')} |`;
}

const command = (client: ImapFlow): Promise<unknown> => client.status('INBOX', { messages: true });

async function commands({ name, account }: Link, forMs: number): Promise<void> {
  say(`\n### One command each, ${lanes} at once, ${name}\n`);
  say('| | first answer, ms | commands per second | median, ms | 99 %, ms |');
  say('| --- | ---: | ---: | ---: | ---: |');
  {
    await using mail = new ImapPool(account, { max: lanes, min: lanes });
    await mail.ready();
    const first = await timed(() => mail.use(command));
    say(row('a pool of 4', first, await measure(() => mail.use(command), lanes, forMs)));
  }
  {
    const each = (): Promise<unknown> => alone(account, command);
    const first = await timed(each);
    say(row('a connection for each', first, await measure(each, lanes, forMs)));
  }
  {
    await using mail = new ImapPool(account, { max: 1, min: 1 });
    await mail.ready();
    const lease = await mail.pool.acquire();
    const first = await timed(() => command(lease.value));
    say(row('one connection for all', first, await measure(() => command(lease.value), lanes, forMs)));
    lease.release();
  }
}

/** Opened for this, and closed after it. */
async function alone(account: ImapOptions, work: (client: ImapFlow) => Promise<unknown>): Promise<void> {
  await using mail = new ImapPool(account, { max: 1 });
  await mail.use(work);
}

async function besides({ name, account }: Link, forMs: number): Promise<void> {
  say(`\n### A command beside large downloads, ${name}\n`);
  say('| | commands per second | median, ms | 99 %, ms |');
  say('| --- | ---: | ---: | ---: |');
  for (const max of [4, 1]) {
    await using mail = new ImapPool(account, { max, min: max });
    await mail.ready();
    let over = false;
    const download = async (client: ImapFlow): Promise<void> => void (await client.fetchOne('1', { source: true }));
    const downloads = [1, 2].map(async () => {
      while (!over) await mail.withMailbox('Large', { readOnly: true, viewMaxAgeMs: Infinity }, download);
    });
    const { perSecond, medianMs, p99Ms } = await measure(() => mail.use(command), 1, forMs);
    over = true;
    await Promise.all(downloads);
    const cells = [perSecond, medianMs, p99Ms].map((value) => value.toFixed(value < 10 ? 1 : 0));
    say(`| ${max === 1 ? 'one connection for all' : `a pool of ${max}`} | ${cells.join(' | ')} |`);
  }
}

async function affinity({ name, account }: Link, forMs: number): Promise<void> {
  say(`\n### A search in one of three mailboxes by turns, three connections, ${name}\n`);
  say('| | first answer, ms | searches per second | median, ms | 99 %, ms |');
  say('| --- | ---: | ---: | ---: | ---: |');
  const ways = [
    ['affinity, and a view that may be old', { viewMaxAgeMs: Infinity }],
    ['affinity', {}],
    ['none: the connection used longest ago', { prefer: ['nothing'] }],
  ] as const;
  for (const [way, options] of ways) {
    await using mail = new ImapPool(account, { max: 3, min: 3, order: 'fifo' });
    await mail.ready();
    let turn = 0;
    const search = (): Promise<unknown> => {
      turn += 1;
      // By turns, and now and then out of turn: or three connections would go round with three mailboxes.
      const path = mailboxes[(turn * 7 + Math.floor(turn / 5)) % mailboxes.length] ?? 'INBOX';
      return mail.withMailbox(path, { readOnly: true, ...options }, (client) => client.search({ seen: false }));
    };
    const first = await timed(search);
    say(row(way, first, await measure(search, 1, forMs)));
  }
}

async function prepare({ account }: Link): Promise<void> {
  await using mail = new ImapPool(account, { max: 1 });
  await mail.use(async (client) => {
    for (const path of [...mailboxes.slice(1), 'Large']) await client.mailboxCreate(path);
    for (const path of mailboxes)
      for (let number = 0; number < 20; number += 1) await client.append(path, `Subject: ${number}\r\n\r\nhi\r\n`);
    await client.append('Large', `Subject: large\r\n\r\n${'x'.repeat(76).concat('\r\n').repeat(100_000)}`);
  });
}

say(`Node ${process.version}, ${cpus().length} cores, Dovecot over TLS on the same machine.`);
for (const [name, delayMs, forMs] of [
  ['on loopback', 0, 3_000],
  ['over a link of 40 ms', 20, 6_000],
] as const) {
  await using far = await link(name, delayMs);
  await prepare(far);
  await commands(far, forMs);
  await besides(far, forMs);
  await affinity(far, forMs);
}
