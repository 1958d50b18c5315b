import { expect, test } from 'vitest';
import { RawConnection } from '../sockets/raw-connection.ts';
import { tellsWhy } from './tells-why.ts';

async function failure(): Promise<unknown> {
  // Nobody listens at port 1.
  return RawConnection.connect({ host: '127.0.0.1', port: 1 }, 5_000).catch((error: unknown) => error);
}

test('the failure of a connection says what is wrong, as it is or as the cause', async () => {
  const refused = await failure();
  expect(tellsWhy(refused)).toBe(true);
  expect(tellsWhy(new Error('no connection', { cause: refused }))).toBe(true);
});

test('the end of a wait says nothing by itself', () => {
  expect(tellsWhy(new Error('timed out'))).toBe(false);
  expect(tellsWhy('timed out')).toBe(false);
});
