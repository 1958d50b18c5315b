import type { Target } from '../sockets/raw-connection.ts';

/** One connection, lent. */
export interface Held {
  /** Says a line and gets one back, within `limits.answerMs`. */
  ask(line: string): Promise<string>;
  /** It was well. */
  release(): void;
  /** It was not. */
  discard(error: unknown): void;
}

/** A pool of connections to a server of lines. */
export interface LinePool {
  acquire(): Promise<Held>;
  close(): Promise<unknown>;
}

export interface Contestant {
  readonly name: string;
  readonly packageName: string;
  /** How it is set up, for the page: Markdown, beside the limits that are the same for all. */
  readonly setUp: string;
  make(target: Target): Promise<LinePool>;
}
