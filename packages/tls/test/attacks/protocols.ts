import { type InitHook, type OpenContext, sequence } from '@pool/core';
import { ProtocolError, type Wire } from '@pool/net';
import {
  AuthError,
  authenticate,
  imapLogin,
  imapStartTls,
  pop3Login,
  pop3StartTls,
  smtpLogin,
  smtpStartTls,
  startTls,
  type UpgradeOptions,
} from '@pool/tls';
import type { ScriptedPeer } from '../starttls/scripted-peer.ts';

export const credentials = { username: 'alice', password: 'correct horse "battery"' };

/** What must never be seen where it does not belong, however it is written. */
export const secrets: readonly string[] = [
  'alice',
  'correct horse',
  ...['alice', credentials.password, `\0alice\0${credentials.password}`].map((text) =>
    Buffer.from(text).toString('base64').replace(/=+$/, ''),
  ),
];

/** What a server can say to STARTTLS, each without its line end. */
export interface Answers {
  readonly yes: string;
  readonly no: string;
  /** Neither. */
  readonly odd: readonly string[];
}

/** Chooses the last word, or none. */
export type LoginEnd = (words: { readonly yes: string; readonly no: string }) => string | undefined;

const agree: LoginEnd = ({ yes }) => yes;

/** A protocol, with what its clients and its servers do. */
export interface ScriptedProtocol {
  readonly name: string;
  readonly startTls: (tls: UpgradeOptions['tls'], allowCleartextWhenRefused?: boolean) => InitHook<Wire>;
  readonly login: (allowCleartext?: boolean) => InitHook<Wire>;
  /** All that an honest server says up to the client's STARTTLS; `extra` is said before. Undefined for one that offers no STARTTLS. */
  readonly untilStartTls: (peer: ScriptedPeer) => Promise<Answers>;
  /** Until the client has hung up, offering no STARTTLS. Undefined where nothing is offered. */
  readonly withoutOffer: ((peer: ScriptedPeer) => Promise<void>) | undefined;
  /** Everything an honest server says up to its answer to STARTTLS, in one go and without a question. */
  readonly premature: string;
  /** Words of the server's that may stand before its answer to STARTTLS, which must be forgotten. */
  readonly before: readonly string[];
  /** What a line of an answer looks like that goes on and on; undefined where answers have one line. */
  readonly goesOn: string | undefined;
  /** Over TLS, by PLAIN alone: what was offered in the clear was another mechanism. `end` gives the last word; none when it gives none. @default yes */
  readonly serveLogin: (peer: ScriptedPeer, end?: LoginEnd) => Promise<void>;
}

const smtp: ScriptedProtocol = {
  name: 'SMTP',
  startTls: (tls, allowCleartextWhenRefused) => smtpStartTls({ tls, allowCleartextWhenRefused }),
  login: (allowCleartext) => smtpLogin({ credentials, allowCleartext }),
  untilStartTls: async (peer) => {
    peer.say('220 mail.test ESMTP');
    await expectLine(peer, /^EHLO \[127\.0\.0\.1\]$/);
    peer.say('250-mail.test', '250-STARTTLS', '250 AUTH LOGIN');
    await expectLine(peer, /^STARTTLS$/);
    return {
      yes: '220 go ahead',
      no: '454 4.7.0 TLS not available',
      odd: ['250 OK', '334 ', '2200 go', 'go ahead', '220-go\r\n250 ahead', ''],
    };
  },
  withoutOffer: async (peer) => {
    peer.say('220 mail.test ESMTP');
    for (;;) {
      const line = await peer.line();
      if (line.startsWith('EHLO')) peer.say('250-mail.test', '250 AUTH PLAIN LOGIN');
      else peer.say('235 welcome');
    }
  },
  premature: '220 mail.test ESMTP\r\n250-mail.test\r\n250 STARTTLS\r\n220 go ahead\r\n',
  before: ['220-please', '220-wait'],
  goesOn: '250-and so on',
  serveLogin: async (peer, end = agree) => {
    await expectLine(peer, /^EHLO /);
    peer.say('250-mail.test', '250 AUTH PLAIN');
    await expectLine(peer, /^AUTH PLAIN /);
    finish(peer, end({ yes: '235 2.7.0 welcome', no: '535 5.7.8' }));
  },
};

const imap: ScriptedProtocol = {
  name: 'IMAP',
  startTls: (tls, allowCleartextWhenRefused) => imapStartTls({ tls, allowCleartextWhenRefused }),
  login: (allowCleartext) => imapLogin({ credentials, allowCleartext }),
  untilStartTls: async (peer) => {
    peer.say('* OK [CAPABILITY IMAP4rev1 STARTTLS AUTH=LOGIN SASL-IR] ready');
    const asked = await tagged(peer, 'CAPABILITY');
    peer.say('* CAPABILITY IMAP4rev1 STARTTLS AUTH=LOGIN SASL-IR', `${asked} OK done`);
    const tag = await tagged(peer, 'STARTTLS');
    return {
      yes: `${tag} OK begin TLS now`,
      no: `${tag} NO not now`,
      odd: ['+ go on', 'other OK begin', `${tag} YES`, '* BYE', `* OK {5}`, ''],
    };
  },
  withoutOffer: async (peer) => {
    // Who believed the greeting would be misled.
    peer.say('* OK [CAPABILITY IMAP4rev1 STARTTLS AUTH=PLAIN] ready');
    for (;;) {
      const [tag, command] = (await peer.line()).split(' ');
      if (command === 'CAPABILITY') peer.say('* CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR');
      peer.say(`${tag} OK`);
    }
  },
  premature: '* OK ready\r\n* CAPABILITY IMAP4rev1 STARTTLS\r\nA1 OK\r\nA2 OK begin TLS\r\n',
  before: ['* CAPABILITY IMAP4rev1 AUTH=LOGIN', '* 5 EXISTS', '* OK [ALERT] send your password to us'],
  goesOn: '* OK and so on',
  serveLogin: async (peer, end = agree) => {
    const asked = await tagged(peer, 'CAPABILITY');
    peer.say('* CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR', `${asked} OK done`);
    const tag = await tagged(peer, 'AUTHENTICATE PLAIN');
    finish(peer, end({ yes: `${tag} OK welcome`, no: `${tag} NO` }));
  },
};

const pop3: ScriptedProtocol = {
  name: 'POP3',
  startTls: (tls, allowCleartextWhenRefused) => pop3StartTls({ tls, allowCleartextWhenRefused }),
  login: (allowCleartext) => pop3Login({ credentials, allowCleartext }),
  untilStartTls: async (peer) => {
    peer.say('+OK ready');
    await expectLine(peer, /^CAPA$/);
    peer.say('+OK', 'STLS', 'USER', 'SASL LOGIN', '.');
    await expectLine(peer, /^STLS$/);
    return { yes: '+OK begin', no: '-ERR not now', odd: ['+ go on', 'OK', '+OKAY', ''] };
  },
  withoutOffer: async (peer) => {
    peer.say('+OK ready');
    for (;;) {
      if ((await peer.line()) === 'CAPA') peer.say('+OK', 'USER', 'SASL PLAIN', '.');
      else peer.say('+OK welcome');
    }
  },
  premature: '+OK ready\r\n+OK\r\nSTLS\r\n.\r\n+OK begin\r\n',
  before: [],
  goesOn: 'AND-SO-ON',
  serveLogin: async (peer, end = agree) => {
    await expectLine(peer, /^CAPA$/);
    peer.say('+OK', 'SASL PLAIN', '.');
    await expectLine(peer, /^AUTH PLAIN /);
    finish(peer, end({ yes: '+OK welcome', no: '-ERR' }));
  },
};

/** A protocol of one's own, in which nothing is offered: the client knows. */
const lines: ScriptedProtocol = {
  name: 'a protocol of lines',
  startTls: (tls, allowCleartextWhenRefused) =>
    startTls({
      tls,
      allowCleartextWhenRefused,
      negotiate: async (wire, context) => {
        await ask(wire, 'STARTTLS', context);
        const answer = await wire.readLine(context);
        if (answer === 'yes' || answer === 'no') return answer === 'yes';
        throw new ProtocolError('the server answered STARTTLS with neither yes nor no');
      },
    }),
  login: (allowCleartext) =>
    authenticate({
      credentials,
      allowCleartext,
      exchange: async (wire, { username, ...secret }, context) => {
        await ask(wire, `LOGIN ${username} ${'password' in secret ? secret.password : secret.accessToken}`, context);
        if ((await wire.readLine(context)) !== 'yes') throw new AuthError('the server refused the login');
      },
    }),
  untilStartTls: async (peer) => {
    await expectLine(peer, /^STARTTLS$/);
    return { yes: 'yes', no: 'no', odd: ['YES', 'perhaps', ''] };
  },
  withoutOffer: undefined,
  premature: 'yes\r\n',
  before: [],
  goesOn: undefined,
  serveLogin: async (peer, end = agree) => {
    await expectLine(peer, /^LOGIN /);
    finish(peer, end({ yes: 'yes', no: 'no' }));
  },
};

export const protocols: readonly ScriptedProtocol[] = [smtp, imap, pop3, lines];

/** Both hooks, as users put them into `init`. */
export function hooksOf(protocol: ScriptedProtocol, tls: UpgradeOptions['tls']): readonly InitHook<Wire>[] {
  return [sequence(protocol.startTls(tls), protocol.login())];
}

async function ask(wire: Wire, line: string, { signal }: OpenContext): Promise<void> {
  if (wire.bufferedBytes > 0) throw new ProtocolError('the server spoke before it was asked');
  await wire.write(`${line}\r\n`, { signal });
}

function finish(peer: ScriptedPeer, word: string | undefined): void {
  if (word !== undefined) peer.say(word);
}

async function expectLine(peer: ScriptedPeer, expected: RegExp): Promise<string> {
  const line = await peer.line();
  if (!expected.test(line)) throw new Error(`expected ${expected}, got ${line}`);
  return line;
}

/** The tag of the command. */
async function tagged(peer: ScriptedPeer, command: string): Promise<string> {
  const line = await expectLine(peer, new RegExp(`^\\S+ ${command}`));
  return line.slice(0, line.indexOf(' '));
}
