import { describe, expect, it } from 'vitest';
import { runExample } from './run-example.ts';

/** What each prints, to the letter, but for what an error says of a moment. */
const examples: Readonly<Record<string, string>> = {
  'fixed-size-pool': `
20 connections are ready
PING was answered with PONG
the work failed: something awful happened
its connection was replaced: 20 are ready, 21 were opened
the work failed: a mistake of my own
its connection went back: 20 are ready, 21 were opened
`,
  'other-errors': `
Refused, the server said NO: kept its place
OutOfStep, an answer to nothing: replaced
Refused, the server said BYE: replaced
TypeError, a typing error: kept its place
`,
  retry: `
sending 'hello' over connection 1
sending 'hello' over connection 2
sending 'hello' over connection 3
the answer is OK
`,
  'retry-options': `
select: Busy: come back later at try 1, again in 20 ms
select: Busy: come back later at try 2, again in 20 ms
select: Busy: come back later at try 3, again in 20 ms
INBOX has 3 messages
select: given up after try 2
thrown: Busy: come back later
thrown: Error: the user has left
`,
  'retry-named': `
send: try 1 failed
send: try 2 failed
sent a report
sync: try 1 failed
sync: try 2 failed
sent all of Drafts
`,
  'starttls-login': `
encrypted: true, and the server says: you said hello
STARTTLS declined: TLS_STARTTLS_REFUSED
`,
  'protocol-keep-alive': `
after 30 s the server has heard 3 pings
a connection was closed: ping-failed
after 70 s 3 are ready, 4 were opened
`,
  'blocking-pool': `
20 callers: 20 of them wait
all were served, in this order: 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19
the server never had more than 4 connections
no connection of pool 'pool-1' came within 50 ms (max 4: 4 leased, 0 idle); connection N is held longest, for N ms by 'report 1'. All connections are in use: hold them for less time, or raise max
`,
  'non-blocking-pool': `
first: served over connection 2
second: served over connection 1
third: no connection available, 2 of 2 are lent
fourth: no connection available, 2 of 2 are lent
tryAcquire: a lease, a lease, none
maxWaiting 1: served, served, turned away
`,
  'many-hosts': `
alpha says hello
beta says hello
gamma says hello
alpha was asked 11 times
beta was asked 11 times
gamma was asked 11 times
connections at once: never more than 4
`,
  'unix-socket': `
hello, over echo.sock
again, over echo.sock
connections opened: 1
`,
  echo: `
first round: 20 of 20 echoes are right
second round: 20 of 20 echoes are right
every connection that was opened is still there: true
after closing: 0
`,
  'connector-by-hand': `
the echo is hello
one connection was closed: broken
2 are ready, 3 were opened
`,
};

describe('each example says what it shows, and ends by itself', () => {
  it.each(Object.entries(examples))(
    '%s',
    async (name, output) => {
      const { stdout, ...rest } = await runExample(name);
      expect({
        ...rest,
        stdout: stdout.replace(/connection \d is held longest, for \d+ ms/, 'connection N is held longest, for N ms'),
      }).toEqual({
        exitCode: 0,
        stdout: output.trimStart(),
        stderr: '',
      });
    },
    60_000,
  );

  it.runIf(process.platform === 'linux')(
    'tcp-keep-alive',
    async () => {
      const { exitCode, stdout } = await runExample('tcp-keep-alive');
      expect(exitCode).toBe(0);
      const [byDefault, asTold, off] = stdout.split('\n');
      // A little of it may have passed before it is looked at.
      expect(byDefault).toMatch(/^tcp\(\{\}\): probed after ((10|9|8)(, |(?= s))){3} s of silence$/);
      expect(asTold).toMatch(/^tcp\(\{"keepAliveInitialDelay":2000\}\): probed after ([12](, |(?= s))){3} s of silence$/);
      expect(off).toBe('tcp({"keepAlive":false}): no connection is probed');
    },
    60_000,
  );
});
