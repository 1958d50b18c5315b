/** Somebody wants the command to end, in good order: Ctrl-C, or whoever stops services. */
export interface Interrupts {
  /** From now on the process does not end by itself. Returns the way to stop listening. */
  listen(onInterrupt: () => void): () => void;
}

/** Not SIGHUP: when the terminal has gone away nobody looks on, and where that was foreseen (`nohup`) it means nothing. */
const signals = ['SIGINT', 'SIGTERM'] as const;

export function interruptsOf(process: Pick<NodeJS.Process, 'on' | 'off'>): Interrupts {
  return {
    listen: (onInterrupt) => {
      const listener = (): void => onInterrupt();
      for (const signal of signals) process.on(signal, listener);
      return () => {
        for (const signal of signals) process.off(signal, listener);
      };
    },
  };
}
