import { describe, expect, it } from 'vitest';
import { down, many, plain, well } from '../../test/watched.ts';
import { type Shown, watchFrame } from './watch-frame.ts';

function shown(frame: Shown, columns: number, rows: number): string {
  return `\n${watchFrame(frame, { columns, rows }, plain).join('\n')}\n`;
}

describe('a watched pool that is well', () => {
  it('on 80 columns', () => {
    expect(shown(well, 80, 20)).toMatchInlineSnapshot(`
      "
      tcp://127.0.0.1:22386   the embedded server, process 4711
      idle 3   leased 1   opening 0   checking 0   closing 0   waiting 0
      keeps 4, at most 8   ready after 44.2 ms   up 73 s
      5 requests/s   365 answered   0 failed   the last took 201 ms

         #  state       for    age   lent
         1  leased    0.1 s   72 s     20
         2  idle      1.2 s   72 s     20
         3  idle      1.2 s   72 s      0
         4  idle      1.2 s   72 s  1,234

      12:03:01  #1 opened in 41.0 ms
      12:03:02  full: 4 connections ready after 44.2 ms
      12:03:04  notice: idle-limit: estimateMs 60000





      k kills the server   r replaces all connections   q ends
      "
    `);
  });

  it('on 40 columns', () => {
    expect(shown(well, 40, 24)).toMatchInlineSnapshot(`
      "
      tcp://127.0.0.1:22386
      the embedded server, process 4711
      idle 3   leased 1   opening 0
      checking 0   closing 0   waiting 0
      keeps 4, at most 8
      ready after 44.2 ms   up 73 s
      5 requests/s   365 answered   0 failed
      the last took 201 ms

         #  state       for    age   lent
         1  leased    0.1 s   72 s     20
         2  idle      1.2 s   72 s     20
         3  idle      1.2 s   72 s      0
         4  idle      1.2 s   72 s  1,234

      12:03:01  #1 opened in 41.0 ms
      12:03:02  full: 4 connections ready
                after 44.2 ms
      12:03:04  notice: idle-limit:
                estimateMs 60000


      k kills the server
      r replaces all connections   q ends
      "
    `);
  });

  it('on 120 columns', () => {
    expect(shown(well, 120, 20)).toMatchInlineSnapshot(`
      "
      tcp://127.0.0.1:22386   the embedded server, process 4711
      idle 3   leased 1   opening 0   checking 0   closing 0   waiting 0
      keeps 4, at most 8   ready after 44.2 ms   up 73 s
      5 requests/s   365 answered   0 failed   the last took 201 ms

         #  state       for    age   lent
         1  leased    0.1 s   72 s     20
         2  idle      1.2 s   72 s     20
         3  idle      1.2 s   72 s      0
         4  idle      1.2 s   72 s  1,234

      12:03:01  #1 opened in 41.0 ms
      12:03:02  full: 4 connections ready after 44.2 ms
      12:03:04  notice: idle-limit: estimateMs 60000





      k kills the server   r replaces all connections   q ends
      "
    `);
  });
});

describe('a watched pool whose server is away', () => {
  it('on 80 columns', () => {
    expect(shown(down, 80, 22)).toMatchInlineSnapshot(`
      "
      tcp://127.0.0.1:22386   the embedded server, away
      idle 0   leased 0   opening 1   checking 0   closing 2   waiting 12
      oldest wait 2.3 s
      keeps 4, at most 8   ready after 44.2 ms   again after 1.16 s
      not full for 2.4 s   up 73 s
      5 requests/s   365 answered   7 failed   the last took 201 ms
      3 tries failed   trying now   connection refused (ECONNREFUSED)

         #  state       for    age   lent
         1  closing   1.2 s  broken
         2  closing   1.2 s  ping-failed
            opening   0.0 s  try 4

      12:03:01  full: 4 connections ready after 44.2 ms
      12:03:02  the embedded server was killed, and comes back in 3.00 s
      12:03:04  #1 closed after 72 s, 20 leases: broken, the server reset the
                connection (ECONNRESET)
      12:03:05  requests fail: the server reset the connection (ECONNRESET)
      12:03:07  try 3 failed: connection refused (ECONNREFUSED); next in 812 ms


      k kills the server   r replaces all connections   q ends
      "
    `);
  });

  it('on 40 columns', () => {
    expect(shown(down, 40, 28)).toMatchInlineSnapshot(`
      "
      tcp://127.0.0.1:22386
      the embedded server, away
      idle 0   leased 0   opening 1
      checking 0   closing 2   waiting 12
      oldest wait 2.3 s
      keeps 4, at most 8
      ready after 44.2 ms
      again after 1.16 s   not full for 2.4 s
      up 73 s
      5 requests/s   365 answered   7 failed
      the last took 201 ms
      3 tries failed   trying now
      connection refused (ECONNREFUSED)

         #  state       for    age   lent
         1  closing   1.2 s  broken
         2  closing   1.2 s  ping-failed
            opening   0.0 s  try 4

      12:03:05  requests fail: the server
                reset the connection
                (ECONNRESET)
      12:03:07  try 3 failed: connection
                refused (ECONNREFUSED); next
                in 812 ms

      k kills the server
      r replaces all connections   q ends
      "
    `);
  });

  it('on 120 columns', () => {
    expect(shown(down, 120, 22)).toMatchInlineSnapshot(`
      "
      tcp://127.0.0.1:22386   the embedded server, away
      idle 0   leased 0   opening 1   checking 0   closing 2   waiting 12   oldest wait 2.3 s
      keeps 4, at most 8   ready after 44.2 ms   again after 1.16 s   not full for 2.4 s   up 73 s
      5 requests/s   365 answered   7 failed   the last took 201 ms
      3 tries failed   trying now   connection refused (ECONNREFUSED)

         #  state       for    age   lent
         1  closing   1.2 s  broken
         2  closing   1.2 s  ping-failed
            opening   0.0 s  try 4

      12:03:01  full: 4 connections ready after 44.2 ms
      12:03:02  the embedded server was killed, and comes back in 3.00 s
      12:03:04  #1 closed after 72 s, 20 leases: broken, the server reset the connection (ECONNRESET)
      12:03:05  requests fail: the server reset the connection (ECONNRESET)
      12:03:07  try 3 failed: connection refused (ECONNREFUSED); next in 812 ms





      k kills the server   r replaces all connections   q ends
      "
    `);
  });
});

describe('a screen without room', () => {
  it('counts the connections it cannot show, and shows the latest events', () => {
    expect(shown(many, 80, 15)).toMatchInlineSnapshot(`
      "
      tcp://127.0.0.1:22386   the embedded server, away
      idle 0   leased 0   opening 1   checking 0   closing 2   waiting 12
      oldest wait 2.3 s
      keeps 4, at most 8   ready after 44.2 ms   again after 1.16 s
      not full for 2.4 s   up 73 s
      5 requests/s   365 answered   7 failed   the last took 201 ms
      3 tries failed   trying now   connection refused (ECONNREFUSED)
         #  state       for    age   lent
         1  leased    1.2 s   72 s     20
         2  idle      1.2 s   72 s     20
         3  idle      1.2 s   72 s     20
        and 37 more: 28 idle, 9 leased
      12:03:05  requests fail: the server reset the connection (ECONNRESET)
      12:03:07  try 3 failed: connection refused (ECONNREFUSED); next in 812 ms
      k kills the server   r replaces all connections   q ends
      "
    `);
  });
});
