import type { Hotspot } from './profiling.ts';
import type { Sample } from './scenarios/scenario.ts';

/** What a process that measures is asked to do. */
export type Request = 'round' | 'bytes' | 'profile-time' | 'profile-heap';

/** What it answers; `ready` comes unasked, once. */
export type Reply =
  | { readonly kind: 'ready' }
  | { readonly kind: 'sample'; readonly sample: Sample }
  | { readonly kind: 'hotspots'; readonly hotspots: readonly Hotspot[] }
  | { readonly kind: 'failed'; readonly message: string };
