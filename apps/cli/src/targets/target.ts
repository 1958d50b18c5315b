import type { Connector, InitHook } from '@pool/core';

/** Something that takes connections and answers requests. */
export interface Target<T> {
  /** As in the command line, without secrets. */
  readonly name: string;
  readonly connector: Connector<T>;
  /** What makes a fresh connection ready for requests. */
  readonly init: readonly InitHook<T>[];
  readonly ask: Ask<T>;
}

/** One request and its whole answer, which must come within so long. @throws when it did not, or was not the one expected */
export type Ask<T> = (connection: T, timeoutMs: number) => Promise<void>;
