import type { PoolEvents } from '@pool/core';
import { FakeClock } from '@pool/core/testing';
import type { Wire } from '@pool/net';
import { eventually } from '@pool/testkit';
import { AuthError, type AuthenticateOptions, AuthUnavailableError, authenticate, type Credentials } from '@pool/tls';
import { describe, expect, test } from 'vitest';
import { opening, openTimeoutMs } from '../starttls/opening.ts';
import { scriptedServer } from '../starttls/scripted-peer.ts';

const alice = { username: 'alice', password: 'secret' };

/** Sends both in one line. Over connections without TLS, which these tests allow by name. */
const exchange: AuthenticateOptions['exchange'] = async (wire, credentials, { signal }) => {
  const { username, ...secret } = credentials;
  await wire.write(`${username} ${Object.values(secret).join()}\r\n`, { signal });
  const answer = await wire.readLine({ signal });
  if (answer === 'no') throw new AuthError('the server refused the login', { received: answer });
  if (answer !== 'yes') throw new AuthUnavailableError('the server cannot log in anybody now', { received: answer });
};

/** Says yes to alice, secret. */
function door(): ReturnType<typeof scriptedServer> {
  return scriptedServer(async (peer) => {
    for (;;) peer.say((await peer.line()) === 'alice secret' ? 'yes' : 'no');
  });
}

/** Of one pool. */
function watchFailures(pool: ReturnType<typeof opening>['pool']): PoolEvents['openError'][0][] {
  const failures: PoolEvents['openError'][0][] = [];
  pool.on('openError', (event) => failures.push(event));
  return failures;
}

describe('authenticate', () => {
  test('logs in with what it was given', async () => {
    const server = await door();
    const { pool } = opening(server.port, [authenticate({ credentials: alice, exchange, allowCleartext: true })]);
    await pool.ready();
    expect(server.cleartext).toBe('alice secret\r\n');
  });

  test('asks a function on every open, and tells it which open it is', async () => {
    const server = await door();
    const asked: unknown[] = [];
    const credentials = async ({
      attempt,
      poolName,
    }: {
      readonly attempt: number;
      readonly poolName: string;
    }): Promise<Credentials> => {
      asked.push([attempt, poolName]);
      return alice;
    };
    const { pool } = opening(server.port, [authenticate({ credentials, exchange, allowCleartext: true })], { name: 'mail' });
    await pool.ready();
    pool.recycle();
    await pool.ready();
    await pool.use(() => {});
    expect(asked).toEqual([
      [1, 'mail'],
      [1, 'mail'],
    ]);
  });

  test('over a connection that is not encrypted asks for no credentials, and sends none', async () => {
    const server = await door();
    let asked = 0;
    const credentials = (): Credentials => {
      asked += 1;
      return alice;
    };
    const { failure } = opening(server.port, [authenticate({ credentials, exchange })]);
    expect(await failure()).toMatchObject({
      hook: 'authenticate',
      message: expect.stringContaining('not encrypted, so the credentials were not sent'),
      cause: { code: 'TLS_CLEARTEXT' },
    });
    await server.peers[0]?.ended();
    expect(asked).toBe(0);
    expect(server.cleartext).toBe('');
  });

  test('does not begin when the credentials come after the limit of the open', async () => {
    const server = await door();
    const gives: ((credentials: Credentials) => void)[] = [];
    const credentials = (): Promise<Credentials> => new Promise((resolve) => gives.push(resolve));
    let begun = 0;
    const count = (): void => {
      begun += 1;
    };
    const { clock, failure } = opening(server.port, [authenticate({ credentials, exchange: count, allowCleartext: true })]);
    await eventually(() => gives.length === 1);
    await clock.advance(openTimeoutMs);
    expect(await failure()).toMatchObject({ code: 'POOL_OPEN_TIMEOUT', hook: 'authenticate' });
    gives[0]?.(alice);
    await server.peers[0]?.ended();
    await clock.settle();
    expect(begun).toBe(0);
  });

  test('does not keep what it was given: changing it afterwards changes nothing', async () => {
    const server = await door();
    const given = { ...alice };
    const hook = authenticate({ credentials: given, exchange, allowCleartext: true });
    given.password = 'changed';
    const { pool } = opening(server.port, [hook]);
    await pool.ready();
  });

  test('throws what the function threw', async () => {
    const server = await door();
    const sealed = new Error('the vault is sealed');
    const { failure } = opening(server.port, [
      authenticate({ credentials: () => Promise.reject(sealed), exchange, allowCleartext: true }),
    ]);
    expect(await failure()).toMatchObject({ cause: sealed });
  });

  test.each([undefined, null, 'alice:secret', { username: 'alice' }, { username: 'alice', password: 7 }])(
    'refuses %j from a function, without saying what it was',
    async (given) => {
      const server = await door();
      const credentials = (() => given) as unknown as () => Credentials;
      const { failure } = opening(server.port, [authenticate({ credentials, exchange, allowCleartext: true })]);
      expect(await failure()).toMatchObject({
        cause: { code: 'POOL_BAD_OPTION' },
        message: expect.not.stringContaining('alice'),
      });
      expect(server.cleartext).toBe('');
    },
  );

  test.each<[string, object, string]>([
    ['credentials', { exchange }, 'credentials must be an object'],
    [
      'credentials.username',
      { exchange, credentials: { password: 'x' } },
      'credentials.username must be a string that is not empty; it is missing',
    ],
    ['credentials.password', { exchange, credentials: { username: 'x', password: '' } }, 'it is empty'],
    ['credentials.accessToken', { exchange, credentials: { ...alice, accessToken: 'x' } }, 'give one of them'],
    ['exchange', { credentials: alice }, 'exchange must be a function, got undefined'],
    ['allowCleartext', { credentials: alice, exchange, allowCleartext: 1 }, 'must be true or false, got 1'],
    ['resendRefusedAfterMs', { credentials: alice, exchange, resendRefusedAfterMs: -1 }, 'from 0 milliseconds up, got -1'],
    ['pasword', { credentials: alice, exchange, pasword: 'hunter2' }, 'pasword is not an option of authenticate()'],
  ])('refuses a wrong %s when the hook is made, without its value', (option, options, message) => {
    expect(() => authenticate(options as AuthenticateOptions)).toThrow(
      expect.objectContaining({ option, message: expect.stringContaining(message) }),
    );
    expect(() => authenticate(options as AuthenticateOptions)).not.toThrow(/secret|hunter2/);
  });
});

describe('a refused login', () => {
  const wrong = { username: 'alice', password: 'wrong' };

  test('is not tried again: callers are told at once, and nothing opens until recycle()', async () => {
    const server = await door();
    const { pool, clock, failure } = opening(
      server.port,
      [authenticate({ credentials: wrong, exchange, allowCleartext: true })],
      {
        openBackoff: () => 100,
      },
    );
    expect(await failure()).toMatchObject({ cause: { code: 'TLS_AUTH', received: 'no' } });
    await clock.advance(3_600_000);
    await expect(pool.acquire()).rejects.toMatchObject({
      code: 'POOL_OPEN_FAILED',
      cause: { code: 'TLS_AUTH' },
      message: expect.stringContaining('nothing opens until recycle()'),
    });
    expect(server.cleartext).toBe('alice wrong\r\n');
    const failures = watchFailures(pool);
    pool.recycle();
    await expect.poll(() => failures.length).toBe(1);
    expect(server.cleartext).toBe('alice wrong\r\nalice wrong\r\n');
  });

  test('of credentials that a function gave is no reason to stop asking it: the next that it gives are used', async () => {
    const server = await door();
    let given: Credentials = wrong;
    const { pool, clock, failure } = opening(
      server.port,
      [authenticate({ credentials: () => given, exchange, allowCleartext: true })],
      { openBackoff: () => 100 },
    );
    expect(await failure()).toMatchObject({ cause: { code: 'TLS_AUTH', received: 'no' } });
    given = alice;
    await clock.advance(100);
    await pool.ready();
    expect(server.cleartext).toBe('alice wrong\r\nalice secret\r\n');
  });

  test('of credentials that a function gives again and again is not repeated to the server for ten minutes', async () => {
    const server = await door();
    const clock = new FakeClock();
    const {
      pool,
      failure,
      clock: poolClock,
    } = opening(server.port, [authenticate({ credentials: () => wrong, exchange, allowCleartext: true, clock })], {
      openBackoff: () => 100,
    });
    const failures = watchFailures(pool);
    await failure();
    for (let again = 0; again < 5; again++) {
      await poolClock.advance(100);
      await expect.poll(() => failures.length).toBe(again + 2);
    }
    expect(failures[4]?.error).toMatchObject({
      cause: { code: 'TLS_AUTH', message: expect.stringContaining('were not sent again') },
    });
    expect(server.cleartext).toBe('alice wrong\r\n');
    await clock.advance(599_999);
    await poolClock.advance(100);
    await expect.poll(() => failures.length).toBe(7);
    expect(server.cleartext).toBe('alice wrong\r\n');
    await clock.advance(1);
    await poolClock.advance(100);
    await expect.poll(() => failures.length).toBe(8);
    expect(server.cleartext).toBe('alice wrong\r\nalice wrong\r\n');
  });

  test('is final for a function, too, where rejectOn says so', async () => {
    const server = await door();
    const { pool, clock, failure } = opening(
      server.port,
      [authenticate({ credentials: () => wrong, exchange, allowCleartext: true })],
      { openBackoff: () => 100, rejectOn: [AuthError] },
    );
    await failure();
    await clock.advance(3_600_000);
    expect(pool.stats.totals.openFailed).toBe(1);
  });
});

describe('a server that cannot log in anybody now', () => {
  test('is tried again', async () => {
    let busy = true;
    const server = await scriptedServer(async (peer) => {
      await peer.line();
      peer.say(busy ? 'later' : 'yes');
    });
    const { pool, clock, failure } = opening(
      server.port,
      [authenticate({ credentials: alice, exchange, allowCleartext: true })],
      {
        openBackoff: () => 100,
      },
    );
    expect(await failure()).toMatchObject({ cause: { code: 'TLS_AUTH_UNAVAILABLE', received: 'later' } });
    busy = false;
    await clock.advance(100);
    await pool.ready();
  });

  test('for being full leaves the pool with the connections it has', async () => {
    let logins = 0;
    const server = await scriptedServer(async (peer) => {
      await peer.line();
      logins += 1;
      peer.say(logins === 1 ? 'yes' : 'full');
    });
    const full = new AuthUnavailableError('no more of this user', { openVerdict: { limitForMs: 60_000 } });
    const hook = authenticate({
      credentials: alice,
      allowCleartext: true,
      exchange: async (wire: Wire) => {
        await wire.write('login\r\n');
        if ((await wire.readLine()) === 'full') throw full;
      },
    });
    const { pool, failure } = opening(server.port, [hook], { min: 1, max: 5, openBackoff: () => 100 });
    await pool.ready();
    const lease = await pool.acquire();
    const waiting = pool.acquire();
    expect(await failure()).toMatchObject({ cause: full });
    expect(pool.stats.effectiveMax).toBe(1);
    lease.release();
    (await waiting).release();
  });
});
