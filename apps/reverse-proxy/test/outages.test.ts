import { HttpPool } from '@pool/http';
import { available, eventually, nginx, type RealServer, realServer } from '@pool/testkit';
import { describe, expect, it, onTestFinished } from 'vitest';
import { nobody, startProxy, upstream } from './start-proxy.ts';

async function start(): Promise<{ readonly server: RealServer; readonly url: string }> {
  const server = await realServer(nginx());
  onTestFinished(() => server.stop());
  return { server, url: `http://127.0.0.1:${server.port()}` };
}

interface Load {
  /** Anything that was not a 200 with its body. */
  readonly failures: unknown[];
  /** Resolves when so many more requests were answered. */
  more(count: number): Promise<unknown>;
  end(): Promise<void>;
}

/** GETs without a pause, over connections of its own, which are kept. */
function loadOf(url: string, callers: number): Load {
  const pool = new HttpPool({ maxPerKey: callers });
  onTestFinished(() => {
    isOver = true;
    return pool.close({ drainTimeoutMs: 0 });
  });
  const failures: unknown[] = [];
  let answered = 0;
  let isOver = false;
  const caller = async (): Promise<void> => {
    while (!isOver) {
      try {
        const response = await pool.request(url);
        const text = await response.text();
        if (response.status !== 200 || text !== 'ok') failures.push(`${response.status} ${text}`);
      } catch (error) {
        failures.push(error);
      }
      answered++;
    }
  };
  const all = Promise.all(Array.from({ length: callers }, caller));
  return {
    failures,
    more: (count) => {
      const goal = answered + count;
      return eventually(() => answered >= goal, { timeoutMs: 15_000, what: `${count} more answers` });
    },
    end: async () => {
      isOver = true;
      await all;
    },
  };
}

describe.runIf(available(nginx()))('under load, in front of real servers', () => {
  it('no GET fails while one after the other is killed and restarted', async () => {
    const servers = [await start(), await start()];
    const { url, told } = await startProxy(servers.map((one) => one.url));
    const load = loadOf(url, 8);
    await load.more(200);
    for (const { server, url } of [...servers, ...servers]) {
      const before = told.length;
      server.kill('SIGKILL');
      await server.halt();
      await eventually(() => told.slice(before).includes(`down ${url}`));
      await load.more(200);
      await server.start();
      await eventually(() => told.slice(before).includes(`up ${url}`));
      await load.more(200);
    }
    await load.end();
    expect(load.failures).toEqual([]);
  });

  it('no GET fails while all of them are down: they wait for the first that comes back', async () => {
    const servers = [await start(), await start()];
    const { url, told, proxy } = await startProxy(servers.map((one) => one.url));
    const load = loadOf(url, 8);
    await load.more(100);
    for (const { server } of servers) {
      server.kill('SIGKILL');
      await server.halt();
    }
    await eventually(() => told.length === 2 && !proxy.upstreams.isAnyUp);
    await servers[1]?.server.start();
    await load.more(100);
    await load.end();
    expect(load.failures).toEqual([]);
    expect(told.at(-1)).toBe(`up ${servers[1]?.url}`);
  });

  it('no GET fails while they are reloaded', async () => {
    const servers = [await start(), await start()];
    const { url } = await startProxy(servers.map((one) => one.url));
    const load = loadOf(url, 8);
    for (let round = 0; round < 4; round++) {
      await load.more(200);
      servers[round % 2]?.server.kill('SIGHUP');
    }
    await load.more(200);
    await load.end();
    expect(load.failures).toEqual([]);
  });
});

describe('an upstream that is down', () => {
  it('is skipped, with what cannot be sent twice, too', async () => {
    const { url: up } = await upstream((request, response) => void request.pipe(response));
    const { url, told } = await startProxy([nobody, up]);
    for (let round = 0; round < 4; round++) {
      const response = await fetch(url, { method: 'POST', body: `round ${round}` });
      expect([response.status, await response.text()]).toEqual([200, `round ${round}`]);
    }
    expect(told).toEqual([`down ${nobody}`]);
  });

  it('gets requests again as soon as it is back, without anybody asking for it', async () => {
    const first = await start();
    const { told, proxy, url } = await startProxy([first.url], { warm: 3 });
    first.server.kill('SIGKILL');
    await first.server.halt();
    await eventually(() => told.includes(`down ${first.url}`));
    await first.server.start();
    await eventually(() => proxy.upstreams.all[0]?.connections.stats.idle === 3);
    expect(told).toEqual([`down ${first.url}`, `up ${first.url}`]);
    expect(await (await fetch(url)).text()).toBe('ok');
  });
});

describe('an upstream that is lost with a request on it', () => {
  const takesOneAndDies = () => {
    const seen: string[] = [];
    return upstream((request, response) => {
      seen.push(`${request.method}`);
      response.socket?.destroy();
    }).then((started) => ({ ...started, seen }));
  };

  it('costs a POST its answer: nobody knows what became of it', async () => {
    const [one, other] = [await takesOneAndDies(), await takesOneAndDies()];
    const { url } = await startProxy([one.url, other.url]);
    expect((await fetch(url, { method: 'POST', body: 'x' })).status).toBe(502);
    expect([...one.seen, ...other.seen]).toEqual(['POST']);
  });

  it('costs a GET nothing: another has it', async () => {
    const [one, other] = [await takesOneAndDies(), await upstream((_, response) => void response.end('saved'))];
    const { url } = await startProxy([one.url, other.url]);
    const answers = await Promise.all([1, 2, 3, 4].map(async () => (await fetch(url)).text()));
    expect(answers).toEqual(['saved', 'saved', 'saved', 'saved']);
    expect(one.seen.length).toBeGreaterThan(0);
  });

  it('and a GET that takes every upstream with it is not sent for ever', async () => {
    const one = await takesOneAndDies();
    const { url } = await startProxy([one.url]);
    expect((await fetch(url)).status).toBe(502);
    // Three times; and each time the pool sends it once more, where the connection had waited and might have been closed meanwhile.
    expect(one.seen.length).toBeLessThanOrEqual(6);
  });
});
