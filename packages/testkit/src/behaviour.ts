/**
 * What a proxy does with one connection:
 * - `'pass'`: nothing.
 * - `'reset'`: RST to both sides, at once (a new connection is accepted first).
 * - `'half-close'`: FIN to the client, and nothing of the target any more; what the client sends still reaches the target.
 * - `'black-hole'`: nothing passes, neither bytes nor FIN nor RST. What is withheld passes, in order, once it behaves otherwise.
 * - `delayMs`: each way, order kept.
 * - `cutAfterBytes`: so many bytes more in the one direction, then the end of both, as FIN or RST.
 * - `dripBytes`: so many bytes each way, every so many milliseconds.
 */
export type Behaviour = 'pass' | 'reset' | 'half-close' | 'black-hole' | Delay | Cut | Drip;

export interface Delay {
  readonly delayMs: number;
}

export interface Cut {
  readonly cutAfterBytes: number;
  /** @default 'reset' */
  readonly with?: Ending;
  /** Which bytes count. @default 'to-client' */
  readonly direction?: Direction;
}

export interface Drip {
  readonly dripBytes: number;
  readonly everyMs: number;
}

export type Direction = 'to-client' | 'to-target';
export type Ending = 'fin' | 'reset';
