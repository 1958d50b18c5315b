import type { CloseReason, OpenError } from '@pool/core';
import type { ServerChange } from '../embedded/returning-server.ts';

/** What is told as it happens. */
export type WatchEvent = { readonly at: Date } & WatchFact;

export type WatchFact =
  | { readonly kind: 'open'; readonly id: number; readonly durationMs: number; readonly attempt: number }
  | { readonly kind: 'openError'; readonly error: OpenError; readonly attempt: number; readonly retryInMs: number | undefined }
  | {
      readonly kind: 'discard';
      readonly id: number;
      readonly reason: CloseReason;
      readonly error: unknown;
      readonly ageMs: number;
      readonly uses: number;
    }
  | { readonly kind: 'notice'; readonly code: string; readonly detail: unknown }
  | { readonly kind: 'fault'; readonly where: string; readonly error: unknown }
  | { readonly kind: 'leak'; readonly id: number; readonly heldMs: number }
  | { readonly kind: 'leakReturned'; readonly id: number; readonly heldMs: number }
  /** `min` connections are ready: for the first time, or again. */
  | { readonly kind: 'full'; readonly ready: number; readonly afterMs: number; readonly again: boolean }
  | { readonly kind: 'requestsFail'; readonly error: unknown }
  | { readonly kind: 'requestsWork'; readonly failed: number }
  | { readonly kind: 'server'; readonly change: ServerChange }
  | { readonly kind: 'closing'; readonly leased: number; readonly hurried: boolean };
