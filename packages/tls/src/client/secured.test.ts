import type { TLSSocket } from 'node:tls';
import { socketPair } from '@pool/testkit';
import { expect, onTestFinished, test } from 'vitest';
import { Material } from './material.ts';
import { keepSession } from './secured.ts';
import { securedSockets } from './secured-sockets.ts';

async function someSocket(): Promise<TLSSocket> {
  const { near, close } = await socketPair();
  onTestFinished(close);
  return near as TLSSocket;
}

test('a ticket of a resumed connection is trusted for no longer than the handshake which that resumed', async () => {
  const material = new Material({ host: 'localhost', ca: [] });
  const certificate = {
    subject: 'a',
    issuer: 'b',
    names: [],
    validFrom: 0,
    validTo: Infinity,
    fingerprint256: 'A',
    serialNumber: '1',
  };
  const verifiedAt = Date.now() - 1_000;
  const socket = await someSocket();
  securedSockets.set(socket, { material, name: 'localhost', certificate, verifiedAt, resumed: true });
  keepSession.call(socket, Buffer.from('new ticket'));
  expect(material.sessions.get('localhost')).toEqual({ session: Buffer.from('new ticket'), certificate, verifiedAt });
});

test('of a socket that was not verified no session is kept', async () => {
  keepSession.call(await someSocket(), Buffer.from('ticket'));
});
