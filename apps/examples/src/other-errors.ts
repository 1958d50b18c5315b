// A client library has errors of its own, which do not say of themselves that the connection is broken: `discardOn` names those that do.
// By class, or by a function for those that only a field tells apart.
import { Pool } from '@pool/core';

/** What a mail library throws when it has lost step with the server. */
class OutOfStep extends Error {}
/** What it throws when the server said NO, or closed: only the code tells. */
class Refused extends Error {
  readonly code: string;
  constructor(code: string) {
    super(`the server said ${code}`);
    this.code = code;
  }
}
/** Stands for the library. */
class MailClient {
  fail(error: Error): never {
    throw error;
  }
}

const pool = new Pool(
  { open: () => new MailClient() },
  {
    max: 1,
    discardOn: [OutOfStep, (error) => error instanceof Refused && error.code === 'BYE'],
  },
);
let before = 0;
for (const error of [
  new Refused('NO'),
  new OutOfStep('an answer to nothing'),
  new Refused('BYE'),
  new TypeError('a typing error'),
]) {
  await pool
    .use((client, { lease }) => {
      before = lease.connectionId;
      client.fail(error);
    })
    .catch(() => {});
  const after = await pool.use((_client, { lease }) => lease.connectionId);
  console.log(`${error.constructor.name}, ${error.message}: ${after === before ? 'kept its place' : 'replaced'}`);
}
await pool.close();
