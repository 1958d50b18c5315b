/** What a command needs of the process. */
export interface Console {
  readonly env: Readonly<Record<string, string | undefined>>;
  print(output: string | Uint8Array): void;
  complain(text: string): void;
}
