// A set of options for `retry` that has a name: said once, used wherever it fits.
import { ConnectionError, constant, Pool, type RetryOptions, retry } from '@pool/core';

const background: RetryOptions = {
  maxRetries: 10,
  backoff: constant(5),
  onRetry: ({ name, attempt }) => console.log(`${name}: try ${attempt} failed`),
};
/** The same as a function, for those who like it shorter. */
const inBackground = <A extends readonly unknown[], R>(work: (...args: A) => Promise<R>) => retry(work, background);

let calls = 0;
await using pool = new Pool({ open: () => 'a connection' }, { max: 1 });
async function send(text: string): Promise<string> {
  return pool.use(() => {
    if (++calls % 3 !== 0) throw new ConnectionError('reset by peer');
    return `sent ${text}`;
  });
}
async function sync(folder: string): Promise<string> {
  return send(`all of ${folder}`);
}

console.log(await retry(send, background)('a report'));
console.log(await inBackground(sync)('Drafts'));
