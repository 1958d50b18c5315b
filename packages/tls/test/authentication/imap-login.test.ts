import { imapLogin, imapStartTls, saslPlain } from '@pool/tls';
import { describe, expect, test } from 'vitest';
import { opening } from '../starttls/opening.ts';
import { base64, dialogueServer, type Turn } from './dialogue-server.ts';

const alice = { username: 'alice', password: 'secret' };
const token = { username: 'alice', accessToken: 'ya29.x' };
const allowed = { credentials: alice, allowCleartext: true };
const message = base64('\0alice\0secret');

function offering(capabilities: string): Turn {
  return ['TAG CAPABILITY', `* CAPABILITY IMAP4rev1 ${capabilities}\nTAG OK done`];
}

const odd = { username: 'al"ice', password: 'c:\\pass' };
const umlaut = { username: 'alïce', password: 'sëcret\r\nA1 NOOP' };

describe('imapLogin', () => {
  test.each<[string, object, readonly Turn[]]>([
    [
      'PLAIN and its first words',
      {},
      [offering('AUTH=PLAIN SASL-IR'), [`TAG AUTHENTICATE PLAIN ${message}`, '* CAPABILITY IMAP4rev1\nTAG OK in']],
    ],
    ['PLAIN when it is asked', {}, [offering('AUTH=PLAIN'), ['TAG AUTHENTICATE PLAIN', '+'], [message, 'TAG OK in']]],
    [
      'LOGIN of SASL',
      {},
      [
        offering('AUTH=LOGIN'),
        ['TAG AUTHENTICATE LOGIN', '+ VXNlcm5hbWU6'],
        [base64('alice'), '+ UGFzc3dvcmQ6'],
        [base64('secret'), 'TAG OK in'],
      ],
    ],
    [
      'XOAUTH2',
      { credentials: token },
      [
        offering('AUTH=XOAUTH2 SASL-IR'),
        [`TAG AUTHENTICATE XOAUTH2 ${base64('user=alice\x01auth=Bearer ya29.x\x01\x01')}`, 'TAG OK in'],
      ],
    ],
    ['the LOGIN command where nothing else is offered', {}, [offering(''), ['TAG LOGIN "alice" "secret"', 'TAG OK in']]],
    ['quotes', { credentials: odd }, [offering(''), ['TAG LOGIN "al\\"ice" "c:\\\\pass"', 'TAG OK in']]],
    [
      'literals',
      { credentials: umlaut },
      [offering(''), ['TAG LOGIN {6}', '+ go on'], ['alïce {16}', '+ go on'], ['sëcret', ''], ['A1 NOOP', 'TAG OK in']],
    ],
  ])('logs in with %s', async (_, options, turns) => {
    const server = await dialogueServer('* OK ready', turns);
    await opening(server.port, [imapLogin({ ...allowed, ...options })]).ready();
  });

  const login: Turn = offering('');
  const refusing = (answer: string): readonly Turn[] => [login, ['TAG LOGIN "alice" "secret"', answer]];
  test.each<[string, string, string, readonly Turn[]]>([
    ['NO', 'TLS_AUTH', 'with NO', refusing('TAG NO alice:secret is wrong')],
    [
      '[AUTHENTICATIONFAILED]',
      'TLS_AUTH',
      'with NO [AUTHENTICATIONFAILED]',
      refusing('TAG NO [AUTHENTICATIONFAILED] Authentication failed.'),
    ],
    ['a code of its own', 'TLS_AUTH', 'with NO', refusing('TAG NO [secret] no')],
    ['[UNAVAILABLE]', 'TLS_AUTH_UNAVAILABLE', 'NO [UNAVAILABLE]', refusing('TAG NO [UNAVAILABLE] try later')],
    ['[INUSE]', 'TLS_AUTH_UNAVAILABLE', 'NO [INUSE]', refusing('TAG NO [inuse] try later')],
    [
      '[LIMIT]',
      'TLS_AUTH_UNAVAILABLE',
      'takes no more connections',
      refusing('TAG NO [LIMIT] Maximum number of connections from user+IP exceeded'),
    ],
    [
      '[ALERT] too many',
      'TLS_AUTH_UNAVAILABLE',
      'takes no more connections',
      refusing('TAG NO [ALERT] Too many simultaneous connections'),
    ],
    ['BAD', 'WIRE_PROTOCOL', '(BAD)', refusing('TAG BAD what?')],
    ['BYE', 'WIRE_PROTOCOL', 'BYE', refusing('* BYE going down')],
    ['an answer to something else', 'WIRE_PROTOCOL', 'no answer to it', refusing('A1 OK in')],
    ['a literal', 'WIRE_PROTOCOL', 'a literal', refusing('* OK {3}')],
    ['a wish for more', 'WIRE_PROTOCOL', 'asked for more', refusing('+ and?')],
    ['no login in the clear', 'TLS_AUTH_UNAVAILABLE', 'offers none', [offering('LOGINDISABLED')]],
    ['no capabilities', 'WIRE_PROTOCOL', 'CAPABILITY with NO', [['TAG CAPABILITY', 'TAG NO']]],
  ])('told %s fails with %s, and repeats no word of the server', async (_, code, part, turns) => {
    const server = await dialogueServer('* OK ready', turns);
    const { failure } = opening(server.port, [imapLogin(allowed)]);
    const error = await failure();
    expect(error).toMatchObject({ hook: 'imapLogin', cause: { code } });
    expect(error.message).toContain(part);
    expect(error.message).not.toMatch(/secret|try later|what\?|Maximum|going down/);
  });

  test('that is told of a limit leaves the pool with the connections it has for a minute', async () => {
    const server = await dialogueServer('* OK ready', refusing('TAG NO [LIMIT] full'));
    const { failure } = opening(server.port, [imapLogin(allowed)]);
    expect(await failure()).toMatchObject({ cause: { openVerdict: { limitForMs: 60_000 } } });
  });

  test('does not fall back to the LOGIN command where the mechanisms were chosen', async () => {
    const server = await dialogueServer('* OK ready', [login]);
    const { failure } = opening(server.port, [imapLogin({ ...allowed, mechanisms: [saslPlain] })]);
    expect(await failure()).toMatchObject({ cause: { code: 'TLS_AUTH_UNAVAILABLE' } });
  });

  test('does not send an access token with the LOGIN command', async () => {
    const server = await dialogueServer('* OK ready', [login]);
    const { failure } = opening(server.port, [imapLogin({ ...allowed, credentials: token })]);
    expect(await failure()).toMatchObject({ cause: { code: 'TLS_AUTH_UNAVAILABLE' } });
  });

  test('does not send a NUL', async () => {
    const server = await dialogueServer('* OK ready', [login]);
    const { failure } = opening(server.port, [imapLogin({ ...allowed, credentials: { username: 'a', password: 'b\0c' } })]);
    expect(await failure()).toMatchObject({ cause: { code: 'TLS_AUTH' } });
  });

  test.each(['* PREAUTH hello', '* BYE busy', '* NO', 'OK', '+OK POP3 ready'])(
    'greeted with %j says nothing',
    async (greeting) => {
      const server = await dialogueServer(greeting, []);
      const { failure } = opening(server.port, [imapLogin(allowed)]);
      expect(await failure()).toMatchObject({ cause: { code: 'WIRE_PROTOCOL' } });
      expect(server.cleartext).toBe('');
    },
  );

  test('refuses options it does not know', () => {
    expect(() => imapLogin({ ...allowed, user: 'x' } as never)).toThrow('user is not an option of imapLogin()');
    expect(() => imapStartTls({ tls: { host: 'localhost' }, secure: true } as never)).toThrow(
      'secure is not an option of imapStartTls()',
    );
  });
});
