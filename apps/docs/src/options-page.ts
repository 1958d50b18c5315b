import { clockStarts } from './clock-starts.ts';
import { type DeclaredOption, declaredOptions } from './declared-options.ts';

interface Group {
  readonly title: string;
  /** Interfaces, each with the source that declares it. */
  readonly interfaces: readonly { readonly name: string; readonly source: string; readonly calls: readonly string[] }[];
}

const from = (name: string, source: string, ...calls: readonly string[]) => ({ name, source: `packages/${source}.ts`, calls });

const groups: readonly Group[] = [
  {
    title: 'The pool',
    interfaces: [
      from('PoolOptions', 'core/src/options', 'new Pool(connector, options)'),
      from('KeepAliveOptions', 'core/src/options', 'keepAlive'),
      from('KeyedPoolOptions', 'core/src/keyed-pool', 'new KeyedPool(connect, options)'),
    ],
  },
  {
    title: 'One call',
    interfaces: [
      from(
        'AcquireOptions',
        'core/src/lease',
        'acquire(options)',
        'use(work, options)',
        'stream(work, options)',
        'ready(options)',
      ),
      from('UseOptions', 'core/src/lease', 'use(work, options)'),
      from('CloseOptions', 'core/src/pool', 'close(options)'),
    ],
  },
  {
    title: 'Trying again',
    interfaces: [
      from('RetryOptions', 'core/src/retry', 'retry(work, options)'),
      from('ExponentialOptions', 'core/src/backoff', 'exponential(options)'),
    ],
  },
  {
    title: 'The wire',
    interfaces: [
      from('WireOptions', 'net/src/wire-options', 'read', 'write', 'upgrade'),
      from('LineOptions', 'net/src/wire-options', 'readLine', 'lines'),
    ],
  },
  {
    title: 'TLS',
    interfaces: [
      from('TlsOptions', 'tls/src/tls-options', 'tls(options)', 'tlsClient(options)'),
      from('UpgradeOptions', 'tls/src/starttls/start-tls-options', 'startTls(options)', 'smtpStartTls(options)', '...'),
      from('LoginOptions', 'tls/src/authentication/authenticate', 'authenticate(options)', 'smtpLogin(options)', '...'),
      from(
        'SaslOptions',
        'tls/src/authentication/sasl/sasl-options',
        'smtpLogin(options)',
        'imapLogin(options), pop3Login(options)',
      ),
      from('SmtpOptions', 'tls/src/protocols/smtp/smtp-options', 'smtpStartTls(options)', 'smtpLogin(options)'),
    ],
  },
  {
    title: 'HTTP',
    interfaces: [
      from('HttpPoolOptions', 'http/src/http-pool-options', 'new HttpPool(options)'),
      from('HttpRequestInit', 'http/src/request/http-request-init', 'request(url, options)'),
      from('RetryBudgets', 'http/src/request/retry-budgets', 'retry'),
    ],
  },
  {
    title: 'IMAP',
    interfaces: [
      from('ImapOptions', 'imap/src/options/imap-options', 'imap(options)', 'new ImapPool(options, poolOptions)'),
      from('ImapAccountsOptions', 'imap/src/accounts/imap-accounts', 'new ImapAccounts(server, options)'),
      from(
        'MailboxChoice',
        'imap/src/mailbox/mailbox-options',
        'withMailbox(path, options, work)',
        'streamMailbox(path, options, work)',
      ),
      from('WatchOptions', 'imap/src/watch/watch-options', 'watch(path, options)'),
    ],
  },
];

/** The page of the docs with every option of every package, from their declarations. */
export function optionsPage(): string {
  return `# Options

<!-- Written by apps/docs/test/generated-pages.test.ts from the declarations: \`npm run docs\` -->

Every option of every package. Durations are milliseconds and end in \`Ms\`; *Clock* says when that of a limit starts. 0 means zero and \`Infinity\`
means never, everywhere. An option that is unknown or impossible throws an \`OptionsError\` at construction, with its name, its value and what is
allowed. TCP takes Node's own options: see [@pool/net](../../packages/net/README.md#connecting).

${groups.map(({ title, interfaces }) => `## ${title}\n\n${interfaces.map(section).join('\n\n')}`).join('\n\n')}
`;
}

function section({ name, source, calls }: Group['interfaces'][number]): string {
  const options = declaredOptions(source, name);
  const rows = options.map((option) => row([`\`${option.name}\``, fallback(option), meaning(name, option)]));
  const of = calls.map((call) => (call === '...' ? 'and the like' : `\`${call}\``)).join(', ');
  return [`### ${name}`, '', `For ${of}.`, '', row(['option', 'default', 'meaning']), row(['---', '---', '---']), ...rows].join(
    '\n',
  );
}

function clockStart(declaredBy: string, { name }: DeclaredOption): string {
  const start = clockStarts[`${declaredBy}.${name}`];
  if (start === undefined) throw new Error(`say in apps/docs/src/clock-starts.ts when the clock of ${declaredBy}.${name} starts`);
  return start;
}

function fallback({ required, fallback: value = 'none' }: DeclaredOption): string {
  if (required) return 'required';
  // What is a value is one; the rest is told in words.
  const isValue = /^(?:-?[\d_.]+|true|false|Infinity|'[^' ]*'|\[.*\]|\{.*\}|[\w.]+\(.*\)|[A-Za-z]+\.[\w.]+)$/.test(value);
  return isValue ? `\`${value}\`` : value;
}

function meaning(declaredBy: string, option: DeclaredOption): string {
  const { name, text } = option;
  const said = name === 'clock' && text === '' ? 'Gives the time; tests bring their own.' : text;
  return name.endsWith('Ms') ? `${said} *Clock:* ${clockStart(declaredBy, option)}.`.trim() : said;
}

function row(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll(/\s+/g, ' ').replaceAll('|', '\\|')).join(' | ')} |`;
}
