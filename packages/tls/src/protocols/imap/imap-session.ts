import { randomBytes } from 'node:crypto';
import { ProtocolError } from '@pool/net';
import type { Dialogue } from '../dialogue.ts';
import { greet } from '../greet.ts';

/** The end of a command (RFC 9051 section 7.1), or the server's wish to hear more of it. */
export type ImapAnswer =
  | { readonly status: 'OK' | 'NO' | 'BAD'; readonly code: string | undefined; readonly text: string }
  | { readonly status: '+'; readonly text: string };

export type ImapGreeting = 'OK' | 'PREAUTH';

/** Untagged words are for whoever listens; without a listener they are dropped. */
export type OnUntagged = (line: string) => void;

/** Question and answer with one server. Each command has a tag that nobody can know before it was sent. */
export class ImapSession {
  readonly #dialogue: Dialogue;
  #tag = '';

  constructor(dialogue: Dialogue) {
    this.#dialogue = dialogue;
  }

  /** What the server greeted with; 'OK' when the greeting was read before. @throws ProtocolError */
  async greeting(): Promise<ImapGreeting> {
    let greeting: ImapGreeting = 'OK';
    await greet(this.#dialogue.wire, async () => {
      const line = await this.#dialogue.hear();
      const match = /^\* (OK|PREAUTH)(?: |$)/i.exec(line);
      if (match === null)
        throw new ProtocolError(
          `the IMAP server greeted with ${isBye(line) ? 'BYE: it does not serve now' : 'something else than OK'}`,
          { received: line },
        );
      greeting = match[1]?.toUpperCase() === 'OK' ? 'OK' : 'PREAUTH';
    });
    return greeting;
  }

  async command(command: string, what: string, onUntagged?: OnUntagged): Promise<ImapAnswer> {
    // Random, so that an answer sent before the question cannot carry it.
    this.#tag = `P${randomBytes(4).toString('hex')}`;
    await this.#dialogue.ask(`${this.#tag} ${command}`, what);
    return this.#hear(what, onUntagged);
  }

  /** More of the command, after a '+'. */
  async more(line: string, what: string): Promise<ImapAnswer> {
    await this.#dialogue.ask(line, what);
    return this.#hear(what);
  }

  async #hear(what: string, onUntagged?: OnUntagged): Promise<ImapAnswer> {
    for (;;) {
      const line = await this.#dialogue.hear();
      if (isBye(line)) throw new ProtocolError(`the IMAP server said BYE to ${what}`, { received: line });
      // What follows it would not be a line.
      if (/\{\d+\+?\}$/.test(line))
        throw new ProtocolError(`the IMAP server sent a literal in its answer to ${what}`, { received: line });
      if (line === '+' || line.startsWith('+ ')) return { status: '+', text: line.slice(2) };
      if (line.startsWith('* ')) {
        onUntagged?.(line.slice(2));
        continue;
      }
      const match = /^(\S+) (OK|NO|BAD)(?: (?:\[([^\]]*)\] ?)?(.*))?$/i.exec(line);
      if (match === null || match[1] !== this.#tag) {
        throw new ProtocolError(`the IMAP server answered ${what} with a line that is no answer to it`, { received: line });
      }
      return { status: match[2]?.toUpperCase() as 'OK' | 'NO' | 'BAD', code: match[3]?.toUpperCase(), text: match[4] ?? '' };
    }
  }
}

/** Asked for, always: what a greeting volunteers may be a stranger's. In capitals. @throws ProtocolError */
export async function askCapabilities(session: ImapSession): Promise<ReadonlySet<string>> {
  const capabilities = new Set<string>();
  const answer = await session.command('CAPABILITY', 'CAPABILITY', (untagged) => {
    const [name, ...words] = untagged.toUpperCase().split(' ');
    if (name === 'CAPABILITY') for (const word of words) capabilities.add(word);
  });
  if (answer.status !== 'OK')
    throw new ProtocolError(`the IMAP server answered CAPABILITY with ${answer.status}`, { received: answer.text });
  return capabilities;
}

function isBye(line: string): boolean {
  return /^\* BYE(?: |$)/i.test(line);
}
