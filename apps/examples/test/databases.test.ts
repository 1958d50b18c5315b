import { available, postgres } from '@pool/testkit';
import { describe, expect, it } from 'vitest';
import { mariadb } from '../src/servers/mariadb.ts';
import { runExample } from './run-example.ts';

describe('databases', () => {
  it.runIf(available(postgres()))(
    'postgres',
    async () => {
      expect(await runExample('postgres')).toEqual({
        exitCode: 0,
        stdout: `6 × 7 is 42, the time zone is UTC
the table of a transaction that was left open: null
division by zero: 2 were opened
the server dropped 1
2 are ready, 3 were opened
`,
        stderr: '',
      });
    },
    60_000,
  );

  it.runIf(available(mariadb()))(
    'mariadb',
    async () => {
      expect(await runExample('mariadb')).toEqual({
        exitCode: 0,
        stdout: `6 × 7 is 42
a variable that somebody left behind: null, null
ER_BAD_FIELD_ERROR: 2 were opened
the server dropped 1
2 are ready, 3 were opened
told at once, not after 30 s: ER_ACCESS_DENIED_ERROR
`,
        stderr: '',
      });
    },
    60_000,
  );

  it('dynamodb', async () => {
    const { exitCode, stdout } = await runExample('dynamodb');
    expect(exitCode).toBe(0);
    // Not its stderr: the client says there which versions of Node it will do without.
    expect(stdout).toBe(`2 clients know their table
alice is 42
ResourceNotFoundException: 2 were opened, the client went back
`);
  }, 60_000);
});
