/** Somebody wants the command to end: Ctrl-C, a signal of the system, a terminal that went away. */
export interface Interrupts {
  /** From now on the process does not end by itself. Returns the way to stop listening. */
  listen(onInterrupt: () => void): () => void;
}

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

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
