/** What the command needs of the process. */
export interface Console {
  /** Somebody wants it to end. */
  readonly stop: AbortSignal;
  print(text: string): void;
  complain(text: string): void;
}
