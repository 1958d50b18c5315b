import type { Pool, UseContext } from '@pool/core';
import type { ImapFlow } from 'imapflow';
import { settleCommands } from '../connection/settle-commands.ts';
import { withSettledCommands } from '../connection/with-settled-commands.ts';
import { WorkNotBegunError } from '../errors/work-not-begun-error.ts';
import { checkChoice, type MailboxOptions, type MailboxStreamOptions } from './mailbox-options.ts';
import { mailboxTag } from './mailbox-tag.ts';
import { selectMailbox } from './select-mailbox.ts';

/** Connections that die between being lent and having selected the mailbox; the next is tried then. A server that has one after the other die is down. */
const mostTries = 3;

export type MailboxWork<R> = (client: ImapFlow, context: UseContext<ImapFlow>) => R | PromiseLike<R>;
export type MailboxStream<R> = (client: ImapFlow, context: UseContext<ImapFlow>) => AsyncIterable<R>;

/** Work in mailboxes over the connections of one pool, on those that have them selected already where there are any. */
export class Mailboxes {
  readonly #pool: Pool<ImapFlow>;
  /** What servers call those that were asked for by another name (`inbox`, one without the prefix of its namespace). */
  readonly #names = new Map<string, string>();

  constructor(pool: Pool<ImapFlow>) {
    this.#pool = pool;
  }

  /** Tags in order of preference. */
  prefer(path: string, readOnly: boolean): readonly (string | undefined)[] {
    return [mailboxTag(this.#names.get(path) ?? path, readOnly), undefined];
  }

  /** As servers call it, from now on. */
  learn(path: string, { mailbox }: ImapFlow): void {
    if (mailbox !== false && mailbox.path !== path) this.#names.set(path, mailbox.path);
  }

  async use<R>(path: string, options: MailboxOptions, work: MailboxWork<R>): Promise<R> {
    checkChoice(path, options);
    const { readOnly = false, viewMaxAgeMs, ...rest } = options;
    const prefer = rest.prefer ?? this.prefer(path, readOnly);
    return again(() =>
      this.#pool.use(
        withSettledCommands(async (client, context) => {
          const lock = await selectMailbox(client, path, { readOnly, viewMaxAgeMs });
          try {
            this.learn(path, client);
            return await work(client, context);
          } finally {
            lock.release();
          }
        }),
        { ...rest, prefer },
      ),
    );
  }

  async *stream<R>(path: string, options: MailboxStreamOptions, work: MailboxStream<R>): AsyncGenerator<R, void, undefined> {
    checkChoice(path, options);
    const { readOnly = false, viewMaxAgeMs, ...rest } = options;
    const prefer = rest.prefer ?? this.prefer(path, readOnly);
    const learn = (client: ImapFlow): void => this.learn(path, client);
    for (let attempt = 1; ; attempt++) {
      try {
        yield* this.#pool.stream(
          async function* (client, context) {
            const lock = await selectMailbox(client, path, { readOnly, viewMaxAgeMs });
            try {
              learn(client);
              yield* work(client, context);
            } finally {
              lock.release();
              if (context.lease.active) await settleCommands(client);
            }
          },
          { ...rest, prefer },
        );
        return;
      } catch (error) {
        if (!(error instanceof WorkNotBegunError) || attempt === mostTries) throw error;
      }
    }
  }
}

/** Nothing was begun, so it may be tried again. */
async function again<R>(attempt: () => Promise<R>): Promise<R> {
  for (let tries = 1; ; tries++) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof WorkNotBegunError) || tries === mostTries) throw error;
    }
  }
}
