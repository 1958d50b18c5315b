/**
 * Runs jobs one after the other in one asynchronous context that belongs to nobody: the one this module was loaded in. A socket
 * opened from inside the first caller's call would carry that caller's AsyncLocalStorage for life; a job never starts there.
 */
export function neutrally(job: () => void): void {
  jobs.push(job);
  wake();
}

let jobs: (() => void)[] = [];
let wake = (): void => {};

async function drive(): Promise<never> {
  for (;;) {
    while (jobs.length > 0) {
      const batch = jobs;
      jobs = [];
      for (const job of batch) {
        try {
          job();
        } catch (error) {
          // A bug of the pool's. It must not stop what is done for all the others.
          queueMicrotask(() => {
            throw error;
          });
        }
      }
    }
    // The continuation of this await runs in the context of this loop, whoever wakes it.
    await new Promise<void>((resolve) => {
      wake = resolve;
    });
  }
}

void drive();
