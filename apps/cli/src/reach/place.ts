/** Where a target's connections go. */
export interface Place {
  /** As in the command line, without secrets. */
  readonly name: string;
  readonly address: { readonly host: string; readonly port: number } | { readonly path: string };
  /** TLS from the first byte. */
  readonly secure: boolean;
}
