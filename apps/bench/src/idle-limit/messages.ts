import type { Result, WavesOptions } from './waves.ts';

/** What a process that makes requests is told, once. */
export interface Assignment extends WavesOptions {
  /** Each with its connections. */
  readonly clients: number;
}

/** What it answers: that it is there, and then this. */
export type Answer =
  | { readonly kind: 'ready' }
  | { readonly kind: 'done'; readonly results: readonly Result[]; readonly opened: number };
