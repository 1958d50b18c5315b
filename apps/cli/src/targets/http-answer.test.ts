import { Wire, WireClosedError } from '@pool/net';
import { eventually, type SocketPair, socketPair } from '@pool/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Deadline } from './deadline.ts';
import { readAnswer } from './http-answer.ts';

let pair: SocketPair;
let wire: Wire;
beforeEach(async () => {
  pair = await socketPair();
  wire = new Wire(pair.near);
});
afterEach(() => pair.close());

function read(): Promise<void> {
  return readAnswer(wire, new Deadline(10_000));
}

describe('readAnswer', () => {
  it.each([
    ['with a length', 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello'],
    [
      'in chunks, with an extension and a trailer',
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;x=y\r\nhello\r\nA\r\n0123456789\r\n0\r\nT: 1\r\n\r\n',
    ],
    ['without a body', 'HTTP/1.1 204 No Content\r\n\r\n'],
    ['unchanged, with the length it would have', 'HTTP/1.1 304\r\nContent-Length: 5\r\n\r\n'],
    [
      'announced by 1xx',
      'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n',
    ],
    ['of HTTP/1.0 that keeps the connection', 'HTTP/1.0 200 OK\r\nConnection: Keep-Alive\r\nContent-Length: 1\r\n\r\n!'],
  ])('reads an answer %s, and leaves the wire clean', async (_, answer) => {
    pair.far.write(answer);
    await read();
    expect(wire.clean).toBe(true);
  });

  it('reads a body larger than memory should hold at once', async () => {
    const byteLength = 1_000_000;
    pair.far.write(`HTTP/1.1 200 OK\r\nContent-Length: ${byteLength}\r\n\r\n`);
    pair.far.write(Buffer.alloc(byteLength));
    await read();
    expect(wire.clean).toBe(true);
  });

  it.each([
    ['says so', 'HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok'],
    ['is of HTTP/1.0', 'HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok'],
  ])('destroys the wire when the server %s, so that nobody asks on it again', async (_, answer) => {
    pair.far.write(answer);
    await read();
    expect(wire.alive).toBe(false);
  });

  it('takes the end of the connection for the end of an answer without a length', async () => {
    pair.far.end('HTTP/1.1 200 OK\r\n\r\nall of it');
    await read();
    expect(wire.alive).toBe(false);
  });

  it('takes a reset for what it is', async () => {
    pair.far.write('HTTP/1.1 200 OK\r\n\r\nhalf of it');
    const reading = expect(read()).rejects.toThrow(WireClosedError);
    await eventually(() => pair.near.bytesRead > 0);
    pair.far.resetAndDestroy();
    await reading;
  });

  it('throws for a status from 400 up, with the wire clean', async () => {
    pair.far.write('HTTP/1.1 503 Busy\r\nContent-Length: 4\r\n\r\nbusy');
    await expect(read()).rejects.toMatchObject({ code: 'HTTP_503', message: 'the server answers with status 503' });
    expect(wire.clean).toBe(true);
  });

  it.each([
    ['is no HTTP', 'SSH-2.0-x\r\n', 'does not speak HTTP/1.1'],
    ['has a length that is none', 'HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n', 'Content-Length that is no number'],
    ['has a chunk without a size', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n', 'no size'],
    ['never stops its header', `HTTP/1.1 200 OK\r\n${'A: b\r\n'.repeat(201)}`, 'more than 200 header fields'],
  ])('refuses what %s', async (_, answer, message) => {
    pair.far.write(answer);
    await expect(read()).rejects.toMatchObject({ code: 'WIRE_PROTOCOL', message: expect.stringContaining(message) });
  });
});
