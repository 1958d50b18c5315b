import { type LineServer, type LineSession, lineServer } from '@pool/testkit';
import { onTestFinished } from 'vitest';

/** What to answer to one command, the tag of its last line written as `TAG`; undefined for silence. */
export type Answer = (args: string, session: LineSession) => string | undefined | Promise<string | undefined>;

export interface ImapScript {
  readonly greeting?: string;
  /** By command, in capitals; on top of those of a server that knows alice, and has an INBOX with two messages. */
  readonly answers?: Readonly<Record<string, Answer>>;
}

const answers: Readonly<Record<string, Answer>> = {
  CAPABILITY: () => '* CAPABILITY IMAP4rev1 IDLE\r\nTAG OK done',
  SELECT: () => '* FLAGS ()\r\n* 2 EXISTS\r\n* OK [UIDVALIDITY 1] x\r\n* OK [UIDNEXT 3] x\r\nTAG OK [READ-WRITE] done',
  EXAMINE: () => '* FLAGS ()\r\n* 2 EXISTS\r\n* OK [UIDVALIDITY 1] x\r\n* OK [UIDNEXT 3] x\r\nTAG OK [READ-ONLY] done',
  SEARCH: () => '* SEARCH 1 2\r\nTAG OK done',
  IDLE: () => '+ idling',
  LOGOUT: () => '* BYE see you\r\nTAG OK done',
};

/** A server of IMAP that says what a test wants it to say, in the clear, until the test ends. */
export async function scriptedImap({ greeting = '* OK ready', answers: own = {} }: ImapScript = {}): Promise<LineServer> {
  const tags = new WeakMap<LineSession, string>();
  const server = await lineServer({
    greeting,
    answer: async (line, session) => {
      // The end of IDLE has no tag of its own.
      if (line === 'DONE') return `${tags.get(session) ?? ''} OK done`;
      const [, tag = '', command = '', args = ''] = /^(\S+) (?:UID )?(\S+) ?(.*)$/.exec(line) ?? [];
      tags.set(session, tag);
      const answer = own[command.toUpperCase()] ?? answers[command.toUpperCase()] ?? (() => 'TAG OK done');
      return (await answer(args, session))?.replaceAll('TAG', tag);
    },
  });
  onTestFinished(() => server.stop());
  return server;
}
