import type { Socket } from 'node:net';
import type { Material } from './material.ts';
import type { Verified } from './session-cache.ts';

/** What is known of a socket that was verified. */
export interface SecuredSocket extends Verified {
  readonly material: Material;
  readonly name: string;
  readonly resumed: boolean;
}

export const securedSockets = new WeakMap<Socket, SecuredSocket>();
