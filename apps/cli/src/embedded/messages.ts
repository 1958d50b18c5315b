/** What the command and the process of its embedded server tell each other. */

export interface ListenOrder {
  /** Undefined: any that is free. */
  readonly port: number | undefined;
  /** Every answer leaves so much later. */
  readonly latencyMs: number;
  /** Whoever knows it may log in. */
  readonly secret: string;
}

export type ServerReport =
  | { readonly kind: 'up' }
  | { readonly kind: 'listening'; readonly port: number }
  | { readonly kind: 'failed'; readonly message: string };
