import { saslLogin, smtpLogin, smtpStartTls } from '@pool/tls';
import { describe, expect, test } from 'vitest';
import { opening } from '../starttls/opening.ts';
import { base64, dialogueServer, type Turn } from './dialogue-server.ts';

const alice = { username: 'alice', password: 'secret' };
const token = { username: 'alice', accessToken: 'ya29.x' };

/** Without TLS, to see what is said. */
const allowed = { credentials: alice, allowCleartext: true };
const ehlo = 'EHLO [127.0.0.1]';
const plain = `AUTH PLAIN ${base64('\0alice\0secret')}`;

function offering(mechanisms: string): Turn {
  return [ehlo, `250-mail.test\n250-SIZE 1000\n250 AUTH ${mechanisms}`];
}

describe('smtpLogin', () => {
  test.each<[string, object, readonly Turn[]]>([
    ['PLAIN', {}, [offering('GSSAPI PLAIN LOGIN'), [plain, '235 2.7.0 ok']]],
    [
      'PLAIN, in small letters',
      {},
      [
        [ehlo, '250-mail.test\n250-auth=login\n250 auth plain'],
        [plain, '235 ok'],
      ],
    ],
    [
      'LOGIN',
      {},
      [
        offering('LOGIN'),
        ['AUTH LOGIN', '334 VXNlcm5hbWU6'],
        [base64('alice'), '334 UGFzc3dvcmQ6'],
        [base64('secret'), '235 ok'],
      ],
    ],
    [
      'what is allowed',
      { mechanisms: [saslLogin] },
      [offering('PLAIN LOGIN'), ['AUTH LOGIN', '334'], [base64('alice'), '334'], [base64('secret'), '235 ok']],
    ],
    [
      'XOAUTH2',
      { credentials: token },
      [offering('PLAIN XOAUTH2'), [`AUTH XOAUTH2 ${base64('user=alice\x01auth=Bearer ya29.x\x01\x01')}`, '235 ok']],
    ],
    [
      'its own name',
      { clientName: 'client.test' },
      [
        ['EHLO client.test', '250-mail.test\n250 AUTH PLAIN'],
        [plain, '235-2.7.0 welcome\n235 2.7.0 back'],
      ],
    ],
  ])('logs in with %s', async (_, options, turns) => {
    const server = await dialogueServer('220-mail.test\r\n220 ESMTP', turns);
    await opening(server.port, [smtpLogin({ ...allowed, ...options })]).ready();
  });

  test('sends what is too long for a command when it is asked for it', async () => {
    const accessToken = 'x'.repeat(12_000);
    const message = base64(`user=alice\x01auth=Bearer ${accessToken}\x01\x01`);
    const server = await dialogueServer('220 mail.test', [offering('XOAUTH2'), ['AUTH XOAUTH2', '334 '], [message, '235 ok']]);
    await opening(server.port, [smtpLogin({ ...allowed, credentials: { username: 'alice', accessToken } })]).ready();
  });

  test.each<[string, string, readonly Turn[]]>([
    ['535 5.7.8 alice:secret is wrong', 'TLS_AUTH', [offering('PLAIN'), [plain, '535 5.7.8 alice:secret is wrong']]],
    ['530', 'TLS_AUTH', [offering('PLAIN'), [plain, '530 5.7.0 Must issue a STARTTLS command first']]],
    ['454 4.7.0', 'TLS_AUTH_UNAVAILABLE', [offering('PLAIN'), [plain, '454 4.7.0 Temporary authentication failure']]],
    ['421', 'TLS_AUTH_UNAVAILABLE', [offering('PLAIN'), [plain, '421 too many connections']]],
    ['504', 'WIRE_PROTOCOL', [offering('PLAIN'), [plain, '504 5.5.4 Unrecognized authentication type']]],
    ['250', 'WIRE_PROTOCOL', [offering('PLAIN'), [plain, '250 OK']]],
    ['334 not in base64', 'WIRE_PROTOCOL', [offering('LOGIN'), ['AUTH LOGIN', '334 Username:']]],
    ['no way that we know', 'TLS_AUTH_UNAVAILABLE', [offering('GSSAPI NTLM')]],
    ['no AUTH at all', 'TLS_AUTH_UNAVAILABLE', [[ehlo, '250 mail.test']]],
    ['an EHLO it does not know', 'TLS_AUTH_UNAVAILABLE', [[ehlo, '502 what?']]],
    ['an EHLO it cannot take now', 'WIRE_PROTOCOL', [[ehlo, '421 busy']]],
    ['a reply of two codes', 'WIRE_PROTOCOL', [[ehlo, '250-mail.test\n251 AUTH PLAIN']]],
  ])('told %s fails with %s, and repeats no word of the server', async (_, code, turns) => {
    const server = await dialogueServer('220 mail.test', turns);
    const { failure } = opening(server.port, [smtpLogin(allowed)]);
    const error = await failure();
    expect(error).toMatchObject({ hook: 'smtpLogin', cause: { code } });
    expect(error.message).not.toMatch(/secret|Must issue|Temporary|too many/);
  });

  test('says with which code it was refused', async () => {
    const server = await dialogueServer('220 mail.test', [offering('PLAIN'), [plain, '535-5.7.8 no\n535 5.7.8 really not']]);
    const { failure } = opening(server.port, [smtpLogin(allowed)]);
    expect(await failure()).toMatchObject({
      message: expect.stringContaining('refused the login with 535 5.7.8'),
      cause: { received: '5.7.8 no\n5.7.8 really not' },
    });
  });

  test.each(['554 no service', '421 too many connections', '250 hello', 'hello', '220x'])(
    'greeted with %j says nothing',
    async (greeting) => {
      const server = await dialogueServer(greeting, []);
      const { failure } = opening(server.port, [smtpLogin(allowed)]);
      expect(await failure()).toMatchObject({ cause: { code: 'WIRE_PROTOCOL' } });
      expect(server.cleartext).toBe('');
    },
  );

  test.each(['a b', 'a\r\nMAIL FROM:<x>', '', 'ü'])(
    'and smtpStartTls take no client name like %j, which would not be one word',
    (clientName) => {
      expect(() => smtpLogin({ ...allowed, clientName })).toThrow('clientName must be');
      expect(() => smtpStartTls({ tls: { host: 'localhost' }, clientName })).toThrow('clientName must be');
    },
  );

  test.each([[[]], ['PLAIN'], [[{ name: 'PLAIN' }]], [[{ name: 'A B', start: () => undefined }]]])(
    'takes no mechanisms like %j',
    (mechanisms) => {
      expect(() => smtpLogin({ ...allowed, mechanisms: mechanisms as never })).toThrow('mechanisms must be a list');
    },
  );

  test('refuses options it does not know', () => {
    expect(() => smtpLogin({ ...allowed, mechanism: 'PLAIN' } as never)).toThrow('mechanism is not an option of smtpLogin()');
    expect(() => smtpStartTls({ tls: { host: 'localhost' }, required: false } as never)).toThrow(
      'required is not an option of smtpStartTls()',
    );
  });
});
