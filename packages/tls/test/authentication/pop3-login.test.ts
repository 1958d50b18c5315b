import { pop3Login, pop3StartTls, saslPlain } from '@pool/tls';
import { describe, expect, test } from 'vitest';
import { opening } from '../starttls/opening.ts';
import { base64, dialogueServer, type Turn } from './dialogue-server.ts';

const alice = { username: 'alice', password: 'sec ret' };
const allowed = { credentials: alice, allowCleartext: true };
const message = base64('\0alice\0sec ret');

function offering(...capabilities: readonly string[]): Turn {
  return ['CAPA', ['+OK', ...capabilities, '.'].join('\n')];
}

const user: readonly Turn[] = [
  ['USER alice', '+OK'],
  ['PASS sec ret', '+OK in'],
];

describe('pop3Login', () => {
  test.each<[string, object, readonly Turn[]]>([
    ['PLAIN', {}, [offering('USER', 'SASL PLAIN LOGIN'), [`AUTH PLAIN ${message}`, '+OK in']]],
    ['LOGIN', {}, [offering('SASL LOGIN'), ['AUTH LOGIN', '+ '], [base64('alice'), '+ '], [base64('sec ret'), '+OK in']]],
    ['USER and PASS', {}, [offering('TOP', 'USER'), ...user]],
    ['USER and PASS at a server that knows no CAPA', {}, [['CAPA', '-ERR what?'], ...user]],
  ])('logs in with %s', async (_, options, turns) => {
    const server = await dialogueServer('+OK ready <1@mail.test>', turns);
    await opening(server.port, [pop3Login({ ...allowed, ...options })]).ready();
  });

  test('sends what is too long for a command when it is asked for it', async () => {
    const accessToken = 'x'.repeat(300);
    const long = base64(`user=alice\x01auth=Bearer ${accessToken}\x01\x01`);
    const server = await dialogueServer('+OK ready', [offering('SASL XOAUTH2'), ['AUTH XOAUTH2', '+ '], [long, '+OK in']]);
    await opening(server.port, [pop3Login({ ...allowed, credentials: { username: 'alice', accessToken } })]).ready();
  });

  const refusing = (answer: string): readonly Turn[] => [offering('USER'), ['USER alice', '+OK'], ['PASS sec ret', answer]];
  test.each<[string, string, string, readonly Turn[]]>([
    ['-ERR', 'TLS_AUTH', 'with -ERR', refusing('-ERR sec ret is wrong')],
    ['[AUTH]', 'TLS_AUTH', 'with -ERR [AUTH]', refusing('-ERR [AUTH] wrong')],
    ['[SYS/PERM]', 'TLS_AUTH', 'with -ERR [SYS/PERM]', refusing('-ERR [SYS/PERM] no')],
    ['[IN-USE]', 'TLS_AUTH_UNAVAILABLE', '-ERR [IN-USE]', refusing('-ERR [IN-USE] locked')],
    ['[LOGIN-DELAY]', 'TLS_AUTH_UNAVAILABLE', '-ERR [LOGIN-DELAY]', refusing('-ERR [LOGIN-DELAY] too soon')],
    ['[SYS/TEMP]', 'TLS_AUTH_UNAVAILABLE', '-ERR [SYS/TEMP]', refusing('-ERR [sys/temp] broken')],
    ['a wish for more', 'WIRE_PROTOCOL', 'neither +OK nor -ERR', refusing('+ and?')],
    ['something else', 'WIRE_PROTOCOL', 'neither +OK nor -ERR', refusing('250 OK')],
    ['no way that we know', 'TLS_AUTH_UNAVAILABLE', 'it offers GSSAPI', [offering('SASL GSSAPI')]],
    ['something else to CAPA', 'WIRE_PROTOCOL', 'neither +OK nor -ERR', [['CAPA', '+ and?']]],
  ])('told %s fails with %s, and repeats no word of the server', async (_, code, part, turns) => {
    const server = await dialogueServer('+OK ready', turns);
    const { failure } = opening(server.port, [pop3Login(allowed)]);
    const error = await failure();
    expect(error).toMatchObject({ hook: 'pop3Login', cause: { code } });
    expect(error.message).toContain(part);
    expect(error.message).not.toMatch(/sec ret|locked|too soon|broken/);
  });

  test('does not fall back to USER and PASS where the mechanisms were chosen', async () => {
    const server = await dialogueServer('+OK ready', [offering('USER')]);
    const { failure } = opening(server.port, [pop3Login({ ...allowed, mechanisms: [saslPlain] })]);
    expect(await failure()).toMatchObject({ cause: { code: 'TLS_AUTH_UNAVAILABLE' } });
  });

  test.each([
    { username: 'alice\r\nDELE 1', password: 'x' },
    { username: 'alice', password: 'x\nDELE 1' },
    { username: 'alice', password: 'x\0' },
  ])('does not send %j with USER and PASS: it would be another command', async (credentials) => {
    const server = await dialogueServer('+OK ready', [offering('USER')]);
    const { failure } = opening(server.port, [pop3Login({ ...allowed, credentials })]);
    expect(await failure()).toMatchObject({ cause: { code: 'TLS_AUTH' } });
    expect(server.cleartext).toBe('CAPA\r\n');
  });

  test.each(['-ERR busy', '* OK IMAP', '220 mail.test'])('greeted with %j says nothing', async (greeting) => {
    const server = await dialogueServer(greeting, []);
    const { failure } = opening(server.port, [pop3Login(allowed)]);
    expect(await failure()).toMatchObject({ cause: { code: 'WIRE_PROTOCOL' } });
    expect(server.cleartext).toBe('');
  });

  test('refuses options it does not know', () => {
    expect(() => pop3Login({ ...allowed, apop: true } as never)).toThrow('apop is not an option of pop3Login()');
    expect(() => pop3StartTls({ tls: { host: 'localhost' }, secure: true } as never)).toThrow(
      'secure is not an option of pop3StartTls()',
    );
  });
});
