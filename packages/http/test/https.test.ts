import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import https, { createServer, type RequestOptions, type ServerOptions } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { dispatcher, fetch as fetchThrough, secureAgent } from '@pool/http';
import { eventually, testCertificates } from '@pool/testkit';
import axios from 'axios';
import got from 'got';
import { request } from 'undici';
import { describe, expect, it, onTestFinished } from 'vitest';
import { onlyOrigin, openPool } from './open-pool.ts';

interface Site {
  readonly url: string;
  readonly port: number;
  readonly server: https.Server;
  /** One for each handshake. */
  readonly handshakes: TLSSocket[];
}

/** Says what it knows of the connection. */
async function serve(options: ServerOptions = {}): Promise<Site> {
  const server = createServer({ ...(await testCertificates()).server, ...options }, (request, response) => {
    if (request.url === '/never') return;
    const socket = request.socket as TLSSocket & { readonly servername: string };
    const { servername } = socket;
    const client = socket.getPeerCertificate().subject?.CN;
    response.end(
      JSON.stringify({ url: request.url, host: request.headers.host, servername, client, resumed: socket.isSessionReused() }),
    );
  });
  const handshakes: TLSSocket[] = [];
  server.on('secureConnection', (socket) => handshakes.push(socket));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { url: `https://localhost:${port}`, port, server, handshakes };
}

async function trust(): Promise<{ readonly ca: string }> {
  return { ca: (await testCertificates()).ca.cert };
}

describe('a request to an https: origin', () => {
  it('is encrypted, verified, and goes over one connection after the other', async () => {
    const { url, handshakes, port } = await serve();
    const pool = openPool({ tls: await trust() });
    for (let round = 1; round <= 3; round++) {
      const response = await pool.request(`${url}/path`);
      expect(await response.json()).toMatchObject({ url: '/path', host: `localhost:${port}`, servername: 'localhost' });
    }
    expect(handshakes).toHaveLength(1);
    expect(handshakes[0]?.alpnProtocol).toBe('http/1.1');
  });

  it('is refused when the certificate is not trusted, or is another’s', async () => {
    const untrusted = await serve();
    await expect(openPool({ whenDown: 'refuse' }).request(untrusted.url)).rejects.toMatchObject({
      code: 'POOL_OPEN_FAILED',
      cause: { code: 'TLS_CERTIFICATE' },
    });
    const other = await serve((await testCertificates()).otherName);
    await expect(openPool({ tls: await trust(), whenDown: 'refuse' }).request(other.url)).rejects.toMatchObject({
      cause: { code: 'TLS_CERTIFICATE' },
    });
    expect(
      await (await openPool({ tls: await trust() }).request(other.url, { via: { servername: 'other.test' } })).json(),
    ).toMatchObject({
      servername: 'other.test',
    });
  });

  it('resumes the sessions of earlier connections', async () => {
    const { url, handshakes } = await serve();
    const pool = openPool({ tls: await trust() });
    await (await pool.request(url)).text();
    await eventually(() => onlyOrigin(pool).endings.reuse === 1);
    handshakes[0]?.destroy();
    await eventually(() => onlyOrigin(pool).pool?.idle === 0);
    expect(await (await pool.request(url)).json()).toMatchObject({ resumed: true });
  });

  it('shows a certificate of its own, and never shares a connection with one that shows another', async () => {
    const { ca, client } = await testCertificates();
    const { url, handshakes } = await serve({ requestCert: true, ca: ca.cert, rejectUnauthorized: false });
    const pool = openPool({ tls: { ca: ca.cert } });
    const mine = { ca: ca.cert, cert: client.cert, key: client.key };
    expect(await (await pool.request(url)).json()).not.toHaveProperty('client');
    for (let round = 0; round < 2; round++) {
      expect(await (await pool.request(url, { via: { tls: mine } })).json()).toMatchObject({ client: 'client' });
    }
    expect(await (await pool.request(url)).json()).not.toHaveProperty('client');
    expect(handshakes).toHaveLength(2);
  });

  it('that says another Host asks for that name, over connections of its own', async () => {
    const certificates = await testCertificates();
    const { url, handshakes, server } = await serve();
    server.addContext('other.test', certificates.otherName);
    const pool = openPool({ tls: await trust() });
    for (let round = 0; round < 2; round++) {
      expect(await (await pool.request(url)).json()).toMatchObject({ servername: 'localhost' });
      expect(await (await pool.request(url, { headers: { Host: 'other.test' } })).json()).toMatchObject({
        servername: 'other.test',
        host: 'other.test',
      });
    }
    expect(handshakes).toHaveLength(2);
  });

  it('goes over new connections after rotateTls(), which asks for the material again', async () => {
    const { url, handshakes } = await serve();
    let asked = 0;
    const pool = openPool({
      tls: async () => {
        asked++;
        return trust();
      },
    });
    await (await pool.request(url)).text();
    await eventually(() => onlyOrigin(pool).endings.reuse === 1);
    await pool.rotateTls();
    await (await pool.request(url)).text();
    expect(asked).toBe(2);
    expect(handshakes).toHaveLength(2);
    expect(onlyOrigin(pool).pool?.totals.closed.recycled).toBe(1);
  });

  it('is served by a connection that was ready before', async () => {
    const { url, handshakes } = await serve();
    const pool = openPool({ tls: await trust() });
    await pool.warm(url, 2);
    await Promise.all([1, 2].map(async () => (await pool.request(url)).text()));
    expect(handshakes).toHaveLength(2);
  });

  it('notices when the server closes an idle connection', async () => {
    const { url, handshakes } = await serve();
    const pool = openPool({ tls: await trust() });
    await pool.warm(url, 1);
    await eventually(() => handshakes.length === 1);
    handshakes[0]?.end();
    await eventually(() => onlyOrigin(pool).endings['idle-gone'] === 1);
    expect(await (await pool.request(url)).json()).toMatchObject({ url: '/' });
  });

  it('is never sent in the clear', async () => {
    const heard: Buffer[] = [];
    const plain = (await import('node:net'))
      .createServer((socket) => socket.on('data', (bytes) => heard.push(bytes)))
      .listen(0, '127.0.0.1');
    await once(plain, 'listening');
    onTestFinished(() => void plain.close());
    const { port } = plain.address() as AddressInfo;
    const pool = openPool({ openTimeoutMs: 200, whenDown: 'refuse' });
    await expect(pool.request(`https://127.0.0.1:${port}/secret`)).rejects.toThrow();
    expect(Buffer.concat(heard).toString('latin1')).not.toContain('secret');
  });
});

describe('other ways to an https: origin', () => {
  it('the dispatcher, for undici and for fetch', async () => {
    const { url, handshakes } = await serve();
    const pool = openPool({ tls: await trust() });
    const { body } = await request(`${url}/undici`, { dispatcher: dispatcher(pool) });
    expect(await body.json()).toMatchObject({ url: '/undici' });
    expect(await (await fetchThrough(pool)(`${url}/fetch`)).json()).toMatchObject({ url: '/fetch' });
    expect(handshakes).toHaveLength(1);
  });

  const get = async (url: string, options: RequestOptions): Promise<IncomingMessage> => {
    const [response] = (await once(https.get(url, options), 'response')) as [IncomingMessage];
    response.resume();
    await once(response, 'end');
    return response;
  };

  it('the agent: verified by node:https, with its options, one connection after the other, sessions resumed', async () => {
    const { url, handshakes } = await serve();
    const agent = secureAgent(openPool());
    const options = { agent, ...(await trust()) };
    for (let round = 0; round < 3; round++) {
      await get(url, options);
      await eventually(() => Object.keys(agent.freeSockets).length === 1);
    }
    expect(handshakes).toHaveLength(1);
    await expect(get(url, { agent })).rejects.toThrow(/unable to (verify|get)|self.signed/i);
    agent.destroy();
    await eventually(() => Object.keys(agent.freeSockets).length === 0);
    await get(url, options);
    expect(handshakes.at(-1)?.isSessionReused()).toBe(true);
  });

  it('the agent keeps connections apart that check names differently', async () => {
    const { url, handshakes } = await serve();
    const agent = secureAgent(openPool());
    const options = { agent, ...(await trust()) };
    await get(url, options);
    await eventually(() => Object.keys(agent.freeSockets).length === 1);
    await expect(get(url, { ...options, checkServerIdentity: () => new Error('not this one') })).rejects.toThrow('not this one');
    expect(handshakes.length).toBeLessThanOrEqual(2);
  });

  it('the agent shows no key and no certificate in what its pool says', async () => {
    const { ca, client } = await testCertificates();
    const { url } = await serve();
    const pool = openPool({ acquireTimeoutMs: 20, maxPerKey: 1 });
    const agent = secureAgent(pool);
    const options = { agent, ca: ca.cert, cert: client.cert, key: client.key };
    const first = https.get(`${url}/never`, options);
    first.on('error', () => {});
    const [error] = await once(https.get(url, options), 'error');
    expect(error).toMatchObject({ code: 'POOL_ACQUIRE_TIMEOUT' });
    expect(JSON.stringify({ ...error, text: String(error.stack) })).not.toMatch(/BEGIN|PRIVATE/);
    first.destroy();
  });

  it('axios and got', async () => {
    const { url, handshakes } = await serve();
    const { ca } = await trust();
    const agent = secureAgent(openPool());
    agent.options.ca = ca;
    expect((await axios.get(`${url}/axios`, { httpsAgent: agent })).data).toMatchObject({ url: '/axios' });
    await eventually(() => Object.keys(agent.freeSockets).length === 1);
    expect(await got(`${url}/got`, { agent: { https: agent }, https: { certificateAuthority: ca } }).json()).toMatchObject({
      url: '/got',
    });
    expect(handshakes.length).toBeLessThanOrEqual(2);
  });
});
