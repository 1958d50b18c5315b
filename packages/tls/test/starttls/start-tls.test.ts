import { type OpenContext, Pool, sequence } from '@pool/core';
import { tcp, type Wire } from '@pool/net';
import { eventually, testCertificates } from '@pool/testkit';
import { requireSecure, type StartTlsOptions, StartTlsRefusedError, startTls, tlsClient, tlsInfo } from '@pool/tls';
import { describe, expect, test } from 'vitest';
import { opening, openTimeoutMs } from './opening.ts';
import { type ScriptedPeer, scriptedServer } from './scripted-peer.ts';

async function trusting(): Promise<{ readonly host: string; readonly ca: string }> {
  return { host: 'localhost', ca: (await testCertificates()).ca.cert };
}

async function negotiate(wire: Wire, { signal }: OpenContext): Promise<boolean> {
  await wire.write('STARTTLS\r\n', { signal });
  return (await wire.readLine({ signal })) === 'OK';
}

/** Says yes, and answers lines over TLS. */
async function agree(peer: ScriptedPeer): Promise<void> {
  await peer.line();
  peer.say('OK');
  await peer.secure();
  for (;;) peer.say(`over TLS: ${await peer.line()}`);
}

async function decline(peer: ScriptedPeer): Promise<void> {
  await peer.line();
  peer.say('NO');
  for (;;) peer.say(`in the clear: ${await peer.line()}`);
}

async function exchange(wire: Wire, line: string): Promise<string> {
  await wire.write(`${line}\r\n`);
  return wire.readLine();
}

describe('startTls', () => {
  test('lends connections that are encrypted', async () => {
    const server = await scriptedServer(agree);
    const { pool } = opening(server.port, [startTls({ tls: await trusting(), negotiate })]);
    const answer = await pool.use(async (wire) => {
      expect(wire.secure).toBe(true);
      return exchange(wire, 'hello');
    });
    expect(answer).toBe('over TLS: hello');
    expect(server.cleartext).toBe('STARTTLS\r\n');
  });

  test('takes a client that is shared, whose sessions are resumed', async () => {
    const server = await scriptedServer(agree);
    const client = tlsClient(await trusting());
    const { pool } = opening(server.port, [startTls({ tls: client, negotiate })]);
    const resumed = (): Promise<boolean | undefined> =>
      pool.use(async (wire) => {
        // The ticket comes with the first answer.
        await exchange(wire, 'hello');
        return tlsInfo(wire.socket)?.resumed;
      });
    expect(await resumed()).toBe(false);
    pool.recycle();
    expect(await resumed()).toBe(true);
  });

  test('takes a function that gives the options', async () => {
    const server = await scriptedServer(agree);
    const { pool } = opening(server.port, [startTls({ tls: trusting, negotiate })]);
    expect(await pool.use((wire) => exchange(wire, 'hello'))).toBe('over TLS: hello');
  });

  test('stands between hooks of your own, which see what it made of the connection', async () => {
    const server = await scriptedServer(async (peer) => {
      peer.say('welcome');
      return agree(peer);
    });
    const seen: unknown[] = [];
    const look = async (wire: Wire): Promise<void> => {
      seen.push(wire.secure, wire.secure ? await exchange(wire, 'mine') : await wire.readLine());
    };
    const hook = sequence(look, startTls({ tls: await trusting(), negotiate }), requireSecure(), look);
    const { pool } = opening(server.port, [hook]);
    await pool.ready();
    expect(seen).toEqual([false, 'welcome', true, 'over TLS: mine']);
  });

  test('fails the open when the server says no, and says so', async () => {
    const server = await scriptedServer(decline);
    const { failure } = opening(server.port, [startTls({ tls: await trusting(), negotiate })]);
    expect(await failure()).toMatchObject({
      code: 'POOL_OPEN_FAILED',
      step: 'init',
      hook: 'startTls',
      message: expect.stringContaining('the server declined STARTTLS'),
      cause: { code: 'TLS_STARTTLS_REFUSED' },
    });
    await server.peers[0]?.ended();
    expect(server.cleartext).toBe('STARTTLS\r\n');
  });

  test('says why the server said no, where negotiate does', async () => {
    const server = await scriptedServer(decline);
    const refusal = new StartTlsRefusedError('not on Sundays');
    const hook = startTls({
      tls: await trusting(),
      negotiate: () => {
        throw refusal;
      },
    });
    const { failure } = opening(server.port, [hook]);
    expect(await failure()).toMatchObject({ cause: refusal });
  });

  test('goes on in the clear after a no only when it is told to by name', async () => {
    const server = await scriptedServer(decline);
    const hook = startTls({ tls: await trusting(), negotiate, allowCleartextWhenRefused: true });
    const { pool } = opening(server.port, [hook]);
    expect(await pool.use((wire) => exchange(wire, 'hello'))).toBe('in the clear: hello');
  });

  test('and then requireSecure() stops the open all the same', async () => {
    const server = await scriptedServer(decline);
    const hook = startTls({ tls: await trusting(), negotiate, allowCleartextWhenRefused: true });
    const { failure } = opening(server.port, [hook, requireSecure()]);
    expect(await failure()).toMatchObject({ hook: 'requireSecure', cause: { code: 'TLS_CLEARTEXT' } });
    await server.peers[0]?.ended();
    expect(server.cleartext).toBe('STARTTLS\r\n');
  });

  test('does not go on in the clear after a yes that came to nothing, whatever it is told', async () => {
    const server = await scriptedServer(async (peer) => {
      await peer.line();
      peer.say('OK');
      await peer.secure((await testCertificates()).stranger);
    });
    const hook = startTls({ tls: await trusting(), negotiate, allowCleartextWhenRefused: true });
    const { failure } = opening(server.port, [hook]);
    expect(await failure()).toMatchObject({ cause: { code: 'TLS_CERTIFICATE' } });
    await server.peers[0]?.ended();
    expect(server.encrypted).toBe('');
  });

  test.each([undefined, 'yes', 1, {}])('takes %j for neither yes nor no', async (answer) => {
    const server = await scriptedServer(agree);
    const wrong = (() => answer) as unknown as StartTlsOptions['negotiate'];
    const { failure } = opening(server.port, [
      startTls({ tls: await trusting(), negotiate: wrong, allowCleartextWhenRefused: true }),
    ]);
    expect(await failure()).toMatchObject({ cause: { code: 'POOL_BAD_OPTION', option: 'negotiate' } });
  });

  test('refuses a connection that is encrypted already', async () => {
    const server = await scriptedServer(agree);
    const hook = startTls({ tls: await trusting(), negotiate });
    const { failure } = opening(server.port, [hook, hook]);
    expect(await failure()).toMatchObject({
      cause: { code: 'POOL_BAD_OPTION', message: expect.stringContaining('encrypted already') },
    });
  });

  test('throws what negotiate threw, and hangs up', async () => {
    const server = await scriptedServer(agree);
    const error = new Error('I do not understand');
    const hook = startTls({ tls: await trusting(), negotiate: () => Promise.reject(error) });
    const { failure } = opening(server.port, [hook]);
    expect(await failure()).toMatchObject({ cause: error });
    await server.peers[0]?.ended();
  });

  test('does not begin a handshake for an open that was called off while it negotiated', async () => {
    const server = await scriptedServer((peer) => peer.ended());
    const negotiations: ((agreed: boolean) => void)[] = [];
    // One that does not mind its signal.
    const negotiate = (): Promise<boolean> => new Promise((resolve) => negotiations.push(resolve));
    const { clock, failure } = opening(server.port, [startTls({ tls: await trusting(), negotiate })]);
    await eventually(() => negotiations.length === 1);
    await clock.advance(openTimeoutMs);
    expect(await failure()).toMatchObject({ code: 'POOL_OPEN_TIMEOUT', hook: 'startTls' });
    negotiations[0]?.(true);
    await server.peers[0]?.ended();
    expect(server.cleartext).toBe('');
  });

  test('works without a pool', async () => {
    const server = await scriptedServer(agree);
    const context: OpenContext = { signal: new AbortController().signal, attempt: 1, poolName: 'none' };
    const wire = await tcp({ host: '127.0.0.1', port: server.port }).open(context);
    await startTls({ tls: await trusting(), negotiate })(wire, context);
    expect(await exchange(wire, 'hello')).toBe('over TLS: hello');
    wire.destroy();
  });

  test('destroys the wire when it fails, also without a pool', async () => {
    const server = await scriptedServer(decline);
    const context: OpenContext = { signal: new AbortController().signal, attempt: 1, poolName: 'none' };
    const wire = await tcp({ host: '127.0.0.1', port: server.port }).open(context);
    await expect(async () => startTls({ tls: await trusting(), negotiate })(wire, context)).rejects.toThrow(StartTlsRefusedError);
    expect(wire.alive).toBe(false);
  });

  const tls = { host: 'localhost' };
  test.each<[string, object, string]>([
    ['required', { tls, negotiate, required: false }, 'required is not an option of startTls()'],
    ['allowCleartextWhenRefused', { tls, negotiate, allowCleartextWhenRefused: 'no' }, 'must be true or false, got no'],
    ['tls', { negotiate }, 'tls must be a TlsClient, TLS options or a function that gives them'],
    ['negotiate', { tls }, 'negotiate must be a function'],
    ['host', { tls: {}, negotiate }, 'host is missing'],
  ])('refuses %s when it is wrong, at once', (option, options, message) => {
    expect(() => startTls(options as StartTlsOptions)).toThrow(
      expect.objectContaining({ option, message: expect.stringContaining(message) }),
    );
  });
});

describe('requireSecure', () => {
  test('lets encrypted connections through', async () => {
    const server = await scriptedServer(agree);
    const pool = new Pool(tcp({ host: '127.0.0.1', port: server.port }), {
      max: 1,
      init: [startTls({ tls: await trusting(), negotiate }), requireSecure()],
    });
    expect(await pool.use((wire) => wire.secure)).toBe(true);
    await pool.close();
  });
});
