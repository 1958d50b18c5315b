/** One manner of getting requests answered. */
export interface Way extends AsyncDisposable {
  /** One request. @throws when it was not answered as expected */
  ask(): Promise<void>;
  /** Connections that became ready so far. */
  readonly opened: number;
  /** Openings begun so far, those that failed included. */
  readonly tries: number;
}
