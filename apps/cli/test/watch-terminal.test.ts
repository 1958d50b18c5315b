import { fileURLToPath } from 'node:url';
import { available, realServer, redis } from '@pool/testkit';
import { describe, expect, it } from 'vitest';
import { main } from './pool-command.ts';
import { terminal, tmux } from './tmux.ts';

const cwd = fileURLToPath(new URL('../../..', import.meta.url));
const program = `node --conditions=@pool/source --import tsx ${fileURLToPath(main)}`;

const drawing = { cursor: false, alternate: true };
const asBefore = { cursor: true, alternate: false };

describe.runIf(available(tmux()) && available(redis()))('pool watch in a real terminal', { timeout: 90_000 }, () => {
  it('shows a server fail and come back, fits the terminal, and leaves it as it was', async () => {
    await using server = await realServer(redis());
    await using seen = await terminal({ columns: 90, rows: 30, cwd });
    const target = `tcp://127.0.0.1:${server.port()}`;
    await seen.type(`${program} watch ${target} --send 'PING\\r\\n' --expect PONG --load 20 --min 3`);

    // Connections are ready, and used.
    await seen.shows(/full: \d connections ready after/);
    await seen.shows(/^20 requests\/s {3}\d+ answered {3}0 failed/m);
    expect(await seen.mode()).toEqual(drawing);
    const [first, ...rest] = await seen.lines();
    expect(first).toBe(target);
    expect(rest.at(-1)).toBe('r replaces all connections   q ends');
    expect(rest.filter((line) => /^ +\d+ {2}(idle|leased) +[\d.]+ s +[\d.]+ s +\d+$/.test(line)).length).toBe(3);

    // The server is killed.
    server.kill('SIGKILL');
    await server.halt();
    await seen.shows(/^\d+ tr(y|ies) failed {3}(next in [\d.]+ s|trying now) {3}connection refused \(ECONNREFUSED\)$/m);
    await seen.shows(/^ {2}no connection$/m);
    await seen.shows(/#\d+ closed after [\d.]+ s, \d+ leases?: broken/);

    // And started again.
    await server.start();
    await seen.shows(/full again: \d connections ready, after/);
    await seen.shows(/^idle \d .*opening 0 .*waiting 0$/m);

    // Somebody makes the terminal narrow: lines are shorter, and none is left of the wide ones.
    await seen.resize(40, 24);
    await seen.shows(/^idle \d {3}leased \d {3}opening 0$\n^checking 0 {3}closing 0 {3}waiting 0$/m);
    const narrow = await seen.lines();
    expect(narrow.length).toBe(24);
    expect(narrow.at(-1)).toBe('r replaces all connections   q ends');
    expect(narrow.filter((line) => line === target).length).toBe(1);

    // Somebody needs the shell for a moment.
    await seen.press('C-z');
    await seen.shows(/Stopped|Suspended/);
    expect(await seen.mode()).toEqual(asBefore);
    await seen.type('fg; echo "exit code $?"');
    await seen.shows(/q ends$/);
    expect(await seen.mode()).toEqual(drawing);

    await seen.press('C-c');
    await seen.shows(/^exit code 0$/m);
    expect(await seen.mode()).toEqual(asBefore);
    await seen.shows(/^closed \d connections after/m);
    // What is typed is to be seen again.
    await seen.type('echo "and so on"');
    await seen.shows(/echo "and so on"\nand so on$/m);
  });
});
