import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type LineServer, lineServer } from '@pool/testkit';
import { describe, expect, it } from 'vitest';
import type { BenchReport } from '../src/commands/bench-report.ts';
import { expectSound } from './numbers-of-a-way.ts';
import { benchReport, runHere } from './pool-command.ts';
import { webServer } from './web-server.ts';

const size = ['--requests', '40', '--concurrency', '8', '--max', '4'];

/** What the command says it opened is what the server saw; one connection more is for the look at the start. */
function expectAgreement({ ways }: BenchReport, server: Pick<LineServer, 'connects'>): void {
  expect(ways.reduce((sum, { connectionsOpened }) => sum + connectionsOpened, 1)).toBe(server.connects);
}

describe('pool bench with a target', { timeout: 60_000 }, () => {
  it('sends what it is told to a TCP server, and counts as the server does', async () => {
    await using server = await lineServer({ answer: (line) => (line === 'PING' ? '+PONG' : '-ERR') });
    const report = await benchReport(...[`tcp://127.0.0.1:${server.port}`, '--send', 'PING\\r\\n', '--expect', 'PONG', ...size]);
    const [each, one, many] = report.ways;
    for (const way of report.ways) expectSound(way, 40);
    expect([each?.connectionsOpened, one?.connectionsOpened]).toEqual([40, 1]);
    expect(many?.connectionsOpened).toBeLessThanOrEqual(4);
    expectAgreement(report, server);
    expect(server.commands).toBe(3 * 40 + 1);
    expect(report).toMatchObject({ embedded: false, outage: null, outageSkipped: 'only the embedded server is ever killed' });
    expect(report.options.latencyMs).toBeNull();
  });

  it('says that it kills nobody else’s server', async () => {
    await using server = await lineServer();
    const { stdout } = await runHere(['bench', `tcp://127.0.0.1:${server.port}`, '--send', 'x\\n', ...size]);
    expect(stdout).toContain(`tcp://127.0.0.1:${server.port}\n`);
    expect(stdout).toContain('No outage: only the embedded server is ever killed, with no target given.');
    expect(stdout).not.toContain('killed ↓');
  });

  it('speaks over a Unix socket', async () => {
    await using server = await lineServer({ path: join(tmpdir(), `pool-cli-${process.pid}.sock`) });
    const { path } = server.address as { readonly path: string };
    const report = await benchReport(`unix:${path}`, '--send', 'hello\\n', '--expect', 'hello', ...size);
    for (const way of report.ways) expectSound(way, 40);
    expect(report.target).toBe(`unix:${path}`);
    expectAgreement(report, server);
  });

  it('lets the server speak first, and skips lines before the expected one', async () => {
    await using server = await lineServer({ greeting: '220-one\r\n220 two', answer: () => '* untagged\r\na OK done' });
    const report = await benchReport(
      ...[`tcp://127.0.0.1:${server.port}`, '--greeting', '220 ', '--send', 'a NOOP\\r\\n', '--expect', 'a OK\\r\\n', ...size],
    );
    for (const way of report.ways) expectSound(way, 40);
    expect(report.ways[1]?.connectionsOpened).toBe(1);
    expectAgreement(report, server);
  });

  it('counts requests whose connection broke as errors, and goes on with other connections', async () => {
    let asked = 0;
    await using server = await lineServer({
      answer: (line, session) => {
        asked += 1;
        if (asked % 10 !== 0) return line;
        session.end();
        return undefined;
      },
    });
    const report = await benchReport(`tcp://127.0.0.1:${server.port}`, '--send', 'x\\n', ...size);
    // One request for the look at the start, then three times 40; every tenth breaks.
    const [each, one, many] = report.ways;
    expect([each?.errors, one?.errors, many?.errors]).toEqual([4, 4, 4]);
    for (const way of report.ways) expect(way.errorCodes).toEqual({ WIRE_CLOSED: 4 });
    expect([each?.connectionsOpened, one?.connectionsOpened]).toEqual([40, 5]);
    expectAgreement(report, server);
  });

  it('gets a page over HTTP, again and again on one connection', async () => {
    await using server = await webServer((_, response) => response.end('hello'));
    const report = await benchReport(`http://127.0.0.1:${server.port}/some/page?x=1`, ...size);
    const [each, one, many] = report.ways;
    for (const way of report.ways) expectSound(way, 40);
    expect([each?.connectionsOpened, one?.connectionsOpened]).toEqual([40, 1]);
    expect(many?.connectionsOpened).toBeLessThanOrEqual(4);
    expectAgreement(report, server);
    expect(server.urls).toEqual(new Set(['/some/page?x=1']));
  });

  it('shows what a web server costs that closes every connection', async () => {
    await using server = await webServer((_, response) => response.setHeader('connection', 'close').end('bye'));
    const report = await benchReport(`http://127.0.0.1:${server.port}/`, ...size);
    for (const way of report.ways) {
      expectSound(way, 40);
      expect(way.connectionsOpened).toBe(40);
    }
    expectAgreement(report, server);
  });
});
