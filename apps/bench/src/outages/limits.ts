/** The same for all, in milliseconds; short, so that an outage of seconds is a long one. */
export const limits = {
  max: 4,
  min: 2,
  acquireMs: 150,
  /** Connecting and the first answer together. */
  openMs: 100,
  pingMs: 100,
  answerMs: 200,
  /** For the peer's goodbye; only one of them waits for that. */
  closeMs: 100,
  /** The longest wait between two attempts, where a pool lets itself be told. */
  retryMs: 80,
} as const;

/** What a caller may wait beyond its limit before it counts as late. */
export const graceMs = 50;
