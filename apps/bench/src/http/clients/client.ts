/** Where requests go. */
export interface Place {
  /** `http://host:port` or `https://host:port`. */
  readonly url: string;
  /** Whom to trust, in PEM; of https. */
  readonly ca?: string | undefined;
}

export type Method = 'GET' | 'POST';

/** Something that keeps connections and makes requests over them. */
export interface HttpClient {
  /** Its answer is read. Rejects when the caller would see an error. */
  request(method: Method): Promise<void>;
  close(): Promise<unknown>;
  /** Where it can: opens so many connections before anybody asks, and keeps them. */
  warm?(count: number): Promise<void>;
  /** The last wait between two tries to open, where it says so. */
  lastRetryMs?(): number | undefined;
}

export interface HttpContestant {
  readonly name: string;
  readonly packageName?: string;
  /** It can `warm`. */
  readonly keeps?: true;
  /** For the page: Markdown. */
  readonly setUp: string;
  make(place: Place, connections: number): HttpClient;
}

/** An answer takes longer than this only when something is wrong. */
export const answerMs = 10_000;
