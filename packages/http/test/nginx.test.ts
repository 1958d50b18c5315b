import { available, eventually, nginx, realServer } from '@pool/testkit';
import { describe, expect, it, onTestFinished } from 'vitest';
import { onlyOrigin, openPool } from './open-pool.ts';

type Nginx = Awaited<ReturnType<typeof realServer>>;

async function start(http: string, server?: string): Promise<{ readonly url: string; readonly server: Nginx }> {
  const started = await realServer(nginx({ http, ...(server === undefined ? {} : { server }) }));
  onTestFinished(() => started.stop());
  return { url: `http://127.0.0.1:${started.port()}`, server: started };
}

describe.runIf(available(nginx()))('nginx', () => {
  it('that announces when it closes idle connections is not kept waiting', async () => {
    const { url } = await start('keepalive_timeout 2s 2s;');
    const pool = openPool();
    await (await pool.request(url)).text();
    await eventually(() => onlyOrigin(pool).endings.reuse === 1);
    await eventually(() => onlyOrigin(pool).pool?.idle === 0);
    expect(onlyOrigin(pool).pool?.totals.closed).toEqual({ retired: 1 });
  });

  it('that closes idle connections without a word is noticed when it does', async () => {
    const { url } = await start('keepalive_timeout 1s;');
    const pool = openPool();
    await (await pool.request(url)).text();
    await eventually(() => onlyOrigin(pool).endings['idle-gone'] === 1);
    expect(await (await pool.request(url)).text()).toBe('ok');
    expect(onlyOrigin(pool).replays).toBe(0);
  });

  it('that closes after so many requests costs nobody anything', async () => {
    const { url } = await start('keepalive_requests 10;');
    const pool = openPool({ maxPerKey: 4 });
    const answers = await Promise.all(
      Array.from(
        { length: 200 },
        async (_, index) => (await pool.request(url, { method: index % 2 === 0 ? 'GET' : 'POST' })).status,
      ),
    );
    expect(new Set(answers)).toEqual(new Set([200]));
    const { endings } = onlyOrigin(pool);
    expect(endings['peer-close']).toBeGreaterThanOrEqual(16);
    expect(endings).toMatchObject({ 'idle-gone': 0, 'stale-reuse': 0, broken: 0 });
  });

  it('that is reloaded under load loses no request', async () => {
    const { url, server } = await start(
      '',
      "location / { return 200 'ok'; } location /echo { client_max_body_size 1m; return 200 'got'; }",
    );
    const pool = openPool({ maxPerKey: 8 });
    let stopped = false;
    let sent = 0;
    const failures: unknown[] = [];
    const load = Promise.all(
      Array.from({ length: 8 }, async () => {
        while (!stopped) {
          await pool.request(url).then(
            (response) => response.text(),
            (error: unknown) => failures.push(error),
          );
          sent++;
        }
      }),
    );
    for (let reload = 0; reload < 3; reload++) {
      const before = sent;
      await eventually(() => sent > before + 500, { timeoutMs: 15_000 });
      server.kill('SIGHUP');
    }
    const before = sent;
    await eventually(() => sent > before + 500, { timeoutMs: 15_000 });
    stopped = true;
    await load;
    expect(failures).toEqual([]);
  });

  it('that was stopped and is back gets every request that may wait for it', async () => {
    const { url, server } = await start('');
    const pool = openPool({ openBackoff: () => 20 });
    expect(await (await pool.request(url)).text()).toBe('ok');
    await server.halt();
    const waiting = [1, 2, 3].map(async () => (await pool.request(url)).text());
    await eventually(() => (onlyOrigin(pool).pool?.totals.openFailed ?? 0) >= 2);
    await server.start();
    expect(await Promise.all(waiting)).toEqual(['ok', 'ok', 'ok']);
  });

  it('answers 413 before the body is sent: the next request goes over another connection', async () => {
    const { url } = await start('client_max_body_size 10k;', 'location / { proxy_pass http://127.0.0.1:9; }');
    const pool = openPool({ maxPerKey: 1 });
    const response = await pool.request(url, { method: 'POST', body: Buffer.alloc(2_000_000) });
    expect(response.status).toBe(413);
    await response.text();
    expect((await pool.request(`${url}/x`)).status).toBe(502);
  });
});
