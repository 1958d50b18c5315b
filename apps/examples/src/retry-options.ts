// All that can be said about trying again: for which errors, how often, after what pauses, until when, and who is told.
import { constant, exponential, Pool, retry } from '@pool/core';

class Busy extends Error {
  override name = 'Busy';
}

let calls = 0;
await using pool = new Pool({ open: () => 'a connection' }, { max: 1 });
const select = (mailbox: string): Promise<string> =>
  pool.use(() => {
    if (++calls < 4) throw new Busy('come back later');
    return `${mailbox} has 3 messages`;
  });

const patient = retry(select, {
  retryOn: [Busy],
  maxRetries: 5,
  backoff: constant(20),
  onRetry: ({ name, attempt, delayMs, error }) => console.log(`${name}: ${error} at try ${attempt}, again in ${delayMs} ms`),
  onGiveUp: ({ name, attempt }) => console.log(`${name}: given up after try ${attempt}`),
});
console.log(await patient('INBOX'));

// Fewer tries, with pauses that grow and are left to chance.
calls = 0;
const hasty = retry(select, {
  retryOn: [Busy],
  maxRetries: 1,
  backoff: exponential({ initialMs: 10, maxMs: 1_000, factor: 2, jitter: 'full' }),
  onGiveUp: ({ name, attempt }) => console.log(`${name}: given up after try ${attempt}`),
});
await hasty('INBOX').catch((error) => console.log(`thrown: ${error}`));

// A signal ends it between two tries, and during the pause.
calls = 0;
const controller = new AbortController();
const calledOff = retry(select, {
  retryOn: [Busy],
  backoff: constant(60_000),
  signal: controller.signal,
  onRetry: () => controller.abort(new Error('the user has left')),
});
await calledOff('INBOX').catch((error) => console.log(`thrown: ${error}`));
