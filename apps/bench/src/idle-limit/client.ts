import type { Target } from '../sockets/raw-connection.ts';

/** Something that keeps connections and makes requests over them, set up once. */
export interface Client {
  /** Rejects when the caller would see an error. */
  request(): Promise<void>;
  close(): Promise<unknown>;
  /** What it says about the peer's limit at the end, where it says anything. */
  learnedMs?(): number | undefined;
}

export interface Contestant {
  readonly name: string;
  readonly packageName?: string;
  /** How it is set up, for the page: Markdown. */
  readonly setUp: string;
  make(target: Target, connections: number): Promise<Client>;
}

export const get = 'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n';
/** For clients that have to ask for themselves; an error of theirs is an error a caller sees. */
export const answerMs = 5_000;
