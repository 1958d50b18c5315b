import { request } from 'node:https';
import { text } from 'node:stream/consumers';
import { describe, expect, test } from 'vitest';
import { testCertificates } from '../../src/certificates/test-certificates.ts';
import { available } from '../../src/find-binary.ts';
import { nginx } from '../../src/recipes/nginx.ts';
import { serve } from '../serve.ts';

const { ca, server: certificate, client, strangeClient } = await testCertificates();

function get(port: number, own: object = {}): Promise<string> {
  return new Promise((resolve, reject) => {
    request({ port, host: '127.0.0.1', servername: 'localhost', ca: ca.cert, agent: false, ...own }, (response) => {
      text(response).then((body) => resolve(`${response.statusCode} ${body}`), reject);
    })
      .on('error', reject)
      .end();
  });
}

describe.runIf(available(nginx()))('nginx', () => {
  test('speaks TLS when it has a certificate, also after a restart', async () => {
    const server = await serve(nginx({ certificate }));
    expect(await get(server.port())).toBe('200 ok');
    await server.halt();
    await server.start();
    expect(await get(server.port())).toBe('200 ok');
  });

  test('lets in whom it knows by a certificate, and nobody else', async () => {
    const server = await serve(
      nginx({ certificate, clientCa: ca.cert, server: "location / { return 200 '$ssl_client_s_dn'; }" }),
    );
    expect(await get(server.port(), client)).toBe('200 CN=client');
    expect(await get(server.port())).toMatch(/^400 .*No required SSL certificate was sent/s);
    expect(await get(server.port(), strangeClient)).toMatch(/^400 .*The SSL certificate error/s);
  });
});
