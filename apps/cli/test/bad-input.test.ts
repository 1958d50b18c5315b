import { describe, expect, it } from 'vitest';
import { complaint } from './complaint.ts';
import { pemFiles } from './pem-files.ts';

const usage = 'tcp://host:port, tls://host:port, unix:/path/of.socket, http://host[:port]/path or https://host[:port]/path';
const certificates = await pemFiles();
const noPem = certificates.write('note.txt', 'hunter2');
const noKey = certificates.write('broken.pem', '-----BEGIN PRIVATE KEY-----\nhunter2\n-----END PRIVATE KEY-----\n');
const number = 'It must be a whole number from';

describe('a command line that is wrong costs one clear line and exit code 2', () => {
  it.each([
    ['an unknown kind of target', ['bench', 'gopher://host:70'], `unknown target 'gopher://host:70'; a target is ${usage}`],
    ['a target without its kind', ['bench', 'localhost:6379'], `unknown target 'localhost:6379'; a target is ${usage}`],
    ['a target that is nothing', ['bench', ''], `unknown target ''; a target is ${usage}`],
    ['no port', ['bench', 'tcp://host', '-s', 'x'], "'tcp://host' names no port; a target is written tcp://host:port"],
    ['no host', ['bench', 'tcp://:7', '-s', 'x'], "'tcp://:7' cannot be understood; a target is written tcp://host:port"],
    [
      'an impossible port',
      ['bench', 'tcp://host:65536'],
      "'tcp://host:65536' cannot be understood; a target is written tcp://host:port",
    ],
    [
      'a path after a port',
      ['bench', 'tcp://h:1/x'],
      "'tcp://h:1/x' has something after its port; a target is written tcp://host:port",
    ],
    ['no path', ['bench', 'unix:'], "'unix:' names no path; a target is written unix:/path/of.socket"],
    [
      'nothing to send',
      ['bench', 'tcp://h:1'],
      "tcp://h:1 needs --send, a request of its protocol; for example --send 'PING\\r\\n'",
    ],
    ['an option the target has no use for', ['bench', 'http://h/', '--send', 'x'], '--send means nothing to a target of http:'],
    [
      'an option of the embedded server',
      ['bench', 'http://h/', '--latency', '5'],
      '--latency is for the embedded server, not for a target',
    ],
    ['an option of a target', ['bench', '--expect', 'x'], `--expect needs a target: ${usage}`],
    [
      'no number',
      ['bench', '--requests', 'many'],
      `option '-n, --requests <n>' argument 'many' is invalid. ${number} 1 to 10000000.`,
    ],
    [
      'a number that is too small',
      ['bench', '--max', '0'],
      `option '-m, --max <n>' argument '0' is invalid. ${number} 1 to 10000.`,
    ],
    [
      'a number with a fraction',
      ['bench', '-c', '1.5'],
      `option '-c, --concurrency <n>' argument '1.5' is invalid. ${number} 1 to 10000.`,
    ],
    [
      'a negative number',
      ['bench', '--timeout=-1'],
      `option '-t, --timeout <ms>' argument '-1' is invalid. ${number} 1 to 3600000.`,
    ],
    [
      'an unknown escape',
      ['bench', 'tcp://h:1', '-s', 'a\\q'],
      "option '-s, --send <text>' argument 'a\\q' is invalid. '\\q' is no escape; known are \\r \\n \\t \\0 \\\\ and \\xHH.",
    ],
    [
      'two lines expected in one',
      ['bench', 'tcp://h:1', '-e', 'a\\nb'],
      "option '-e, --expect <text>' argument 'a\\nb' is invalid. It is looked for in one line: no line end within it.",
    ],
    [
      'STARTTLS where TLS is from the first byte',
      ['bench', 'tls://h:1', '--starttls', 'smtp'],
      '--starttls means nothing to a target of tls:',
    ],
    [
      'STARTTLS of something else',
      ['probe', 'tcp://h:1', '--starttls', 'ftp'],
      "option '--starttls <protocol>' argument 'ftp' is invalid. Allowed choices are smtp, imap, pop3, ldap, postgres.",
    ],
    ['TLS without a port', ['probe', 'tls://h'], "'tls://h' names no port; a target is written tls://host:port"],
    [
      'trust without TLS',
      ['probe', 'tcp://h:1', '--ca', 'x'],
      '--ca is about TLS: write the target as tls://host:port, or say --starttls',
    ],
    [
      'a user without TLS',
      ['probe', 'tcp://h:143', '--user', 'alice'],
      '--user needs TLS, or the password could be read on the way: write the target as tls://host:port, or say --starttls',
    ],
    [
      'a user on a port that tells nothing',
      ['probe', 'tls://h:1', '--user', 'alice'],
      '--user needs --login, since the port does not tell the protocol: smtp, imap, pop3, ldap, postgres',
    ],
    [
      'a user without a password',
      ['probe', 'tls://h:993', '--user', 'alice'],
      '--user needs a password: put it into the environment as POOL_PASSWORD, or use a terminal to be asked',
    ],
    [
      'a user without a name',
      ['probe', 'tls://h:993', '--user', ''],
      "option '--user <name>' argument '' is invalid. It must not be empty.",
    ],
    ['a login of nobody', ['probe', 'tls://h:1', '--login', 'imap'], '--login needs --user, who is to be logged in'],
    [
      'a login in other words than those of STARTTLS',
      ['probe', 'tcp://h:1', '--starttls', 'smtp', '--login', 'imap', '--user', 'alice'],
      '--login imap does not go with --starttls smtp',
    ],
    ['a key without a certificate', ['probe', 'tls://h:1', '--key', 'x'], '--key needs --cert, the certificate it belongs to'],
    [
      'an authority that is not there',
      ['probe', 'tls://h:1', '--ca', '/no/ca.pem'],
      "--ca: '/no/ca.pem' cannot be read (ENOENT)",
    ],
    ['an authority that is something else', ['probe', 'tls://h:1', '--ca', noPem], `--ca: '${noPem}' is no PEM file`],
    [
      'a certificate without its key',
      ['probe', 'tls://h:1', '--cert', certificates.clientCert],
      `--cert: there is no key in '${certificates.clientCert}': add it, or name its file with --key`,
    ],
    [
      'a greeting that is waited for already',
      ['bench', 'tcp://h:1', '--starttls', 'smtp', '--greeting', '220'],
      '--greeting is not needed: --starttls waits for that of SMTP',
    ],
    [
      'nobody to ask with',
      ['bench', 'tcp://h:1', '--starttls', 'postgres'],
      'PostgreSQL answers nobody who has not logged in: say --user',
    ],
    [
      'an answer without a request',
      ['bench', 'tcp://h:1', '--starttls', 'smtp', '--expect', '250'],
      '--expect needs --send, the request it is the answer to',
    ],
    ['STARTTLS of the embedded server', ['bench', '--starttls', 'smtp'], `--starttls needs a target: ${usage}`],
    ['nowhere to connect to', ['probe'], "missing required argument 'target'"],
    ['more to keep than there may be', ['watch', '--min', '5', '--max', '4'], '--min 5 is more than --max 4'],
    [
      'nothing to keep',
      ['watch', 'tcp://h:1', '--min', '0'],
      `option '--min <n>' argument '0' is invalid. ${number} 1 to 10000.`,
    ],
    [
      'a load without a request',
      ['watch', 'tcp://h:1', '--load', '5'],
      "tcp://h:1 needs --send, a request of its protocol; for example --send 'PING\\r\\n'",
    ],
    [
      'a ping without a request',
      ['watch', 'tcp://h:1', '--starttls', 'pop3', '--ping', '1000'],
      'POP3 answers nobody who has not logged in: say --user',
    ],
    [
      'a request that is never sent',
      ['watch', 'tcp://h:1', '--send', 'x'],
      '--send needs --load or --ping: without them nothing is sent',
    ],
    [
      'an answer without a request, where none is needed',
      ['watch', 'tcp://h:1', '--expect', 'x'],
      '--expect needs --send, the request it is the answer to',
    ],
    [
      'a rate that is none',
      ['watch', '--load', '5/min'],
      "option '-l, --load <n>' argument '5/min' is invalid. It must be a number from 0 to 1000.",
    ],
    [
      'a rate that is too high',
      ['watch', '--load', '1001'],
      "option '-l, --load <n>' argument '1001' is invalid. It must be a number from 0 to 1000.",
    ],
    [
      'an outage of somebody else’s server',
      ['watch', 'http://h/', '--down', '5'],
      '--down is for the embedded server, not for a target',
    ],
    ['a greeting of the embedded server', ['watch', '--greeting', 'x'], `--greeting needs a target: ${usage}`],
    ['a missing value', ['bench', '--max'], "option '-m, --max <n>' argument missing"],
    ['a mistyped option', ['bench', '--jsno'], "unknown option '--jsno' (Did you mean --json?)"],
    ['a mistyped command', ['bnech'], "unknown command 'bnech' (Did you mean bench?)"],
    ['too much', ['bench', 'a', 'b'], "too many arguments for 'bench'. Expected 1 argument but got 2."],
  ] as const)('%s', async (_, args, line) => {
    expect(await complaint(args, 2)).toBe(line);
  });

  it('a key that is none is not repeated', async () => {
    const line = await complaint(['probe', 'tls://h:1', '--cert', certificates.clientCert, '--key', noKey], 2);
    expect(line).toMatch(/^--ca, --cert or --key is no good: /);
    expect(line).not.toContain('hunter2');
  });

  it.each(['tcp', 'tls', 'http', 'https', 'redis', 'unknown'])(
    'a password in a target of %s: is not repeated',
    async (protocol) => {
      expect(await complaint(['bench', `${protocol}://user:hunter2@host:1`, '--max', '3'], 2)).not.toContain('hunter2');
    },
  );
});
