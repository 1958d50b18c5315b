import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { connect as connectTls, TLSSocket } from 'node:tls';
import { eventually, testCertificates } from '@pool/testkit';
import { describe, expect, it, onTestFinished } from 'vitest';
import { DirectSocket } from './direct-socket.ts';

/** A socket and the server's end of it. */
async function pair(): Promise<{ near: DirectSocket; far: Socket }> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const near = DirectSocket.connect({ host: '127.0.0.1', port: (server.address() as AddressInfo).port });
  const [[far]] = (await Promise.all([once(server, 'connection'), once(near, 'connect')])) as [[Socket], unknown];
  onTestFinished(() => {
    near.destroy();
    far.destroy();
    server.close();
  });
  return { near, far };
}

/** All there is now: one `read()` gives that before Node 26, and there no more than was pushed at once. */
function readNow(socket: Duplex): Buffer[] {
  const chunks: Buffer[] = [];
  for (let chunk = socket.read(); chunk !== null; chunk = socket.read()) chunks.push(chunk);
  return chunks;
}

/** As the engine reads: all there is, whenever it is told that there is something. */
function readAll(socket: Duplex): { readonly chunks: Buffer[]; readonly ended: Promise<unknown> } {
  const chunks: Buffer[] = [];
  socket.on('readable', () => chunks.push(...readNow(socket)));
  return { chunks, ended: once(socket, 'end') };
}

const large = randomBytes(3_000_000);

describe('a direct socket', () => {
  it.each([1, 1000, 40_000, 65_536, 300_000])(
    'gives a reader who keeps what it read no more memory than that, of %i bytes',
    async (size) => {
      const { near, far } = await pair();
      const { chunks } = readAll(near);
      for (const round of [1, 2]) {
        far.write(Buffer.alloc(size));
        await eventually(() => near.bytesRead === round * size);
      }
      const kept = new Set(chunks.map(({ buffer }) => buffer));
      const bytes = [...kept].reduce((sum, { byteLength }) => sum + byteLength, 0);
      // Small ones share slabs of Node's.
      expect(bytes).toBeLessThanOrEqual(2 * size + 4 * Buffer.poolSize);
    },
  );

  it('gives a reader what came before the stream has it', async () => {
    const { near, far } = await pair();
    const lengths: number[] = [];
    near.on('readable', () => {
      lengths.push(near.readableLength);
      near.read();
    });
    far.write('hello');
    await eventually(() => lengths.length > 0);
    expect(lengths[0]).toBe(0);
    expect(near.readableLength).toBe(0);
  });

  it('keeps what it has given when more comes', async () => {
    const { near, far } = await pair();
    const { chunks } = readAll(near);
    for (const word of ['one', 'two', 'three']) {
      const before = chunks.length;
      far.write(word);
      await eventually(() => chunks.length > before);
    }
    expect(chunks.map(String)).toEqual(['one', 'two', 'three']);
  });

  it('gives nothing before what is in the stream already', async () => {
    const { near, far } = await pair();
    let isWanted = false;
    let text = '';
    near.on('readable', () => {
      if (isWanted) text += readNow(near).join('');
    });
    far.write('one');
    await eventually(() => near.readableLength === 3);
    isWanted = true;
    far.write('two');
    await eventually(() => text.length === 6);
    expect(text).toBe('onetwo');
  });

  it('keeps the bytes of two sockets apart, although both are read into the same memory', async () => {
    const pairs = await Promise.all([pair(), pair()]);
    const reads = pairs.map(({ near }) => readAll(near));
    const sent = pairs.map(() => randomBytes(1_000_000));
    for (const [index, { far }] of pairs.entries()) far.end(sent[index] as Buffer);
    await Promise.all(reads.map(({ ended }) => ended));
    expect(reads.map(({ chunks }, index) => Buffer.concat(chunks).equals(sent[index] as Buffer))).toEqual([true, true]);
  });

  it.each<[string, (socket: Socket) => Promise<Buffer>]>([
    [
      'whenever it is readable',
      async (socket) => {
        const { chunks, ended } = readAll(socket);
        await ended;
        return Buffer.concat(chunks);
      },
    ],
    [
      'a thousand bytes at a time',
      async (socket) => {
        const chunks: Buffer[] = [];
        socket.on('readable', () => {
          for (let chunk = socket.read(1000); chunk !== null; chunk = socket.read(1000)) chunks.push(chunk);
        });
        await once(socket, 'end');
        expect(chunks.map(({ length }) => length).filter((length) => length > 1000)).toEqual([]);
        return Buffer.concat(chunks);
      },
    ],
    [
      'one chunk a turn',
      async (socket) => {
        const chunks: Buffer[] = [];
        const readOne = (): void => {
          const chunk = socket.read();
          if (chunk === null) return;
          chunks.push(chunk);
          setImmediate(readOne);
        };
        socket.on('readable', readOne);
        await once(socket, 'end');
        return Buffer.concat(chunks);
      },
    ],
    [
      'by data events',
      async (socket) => {
        const chunks: Buffer[] = [];
        socket.on('data', (chunk) => chunks.push(chunk));
        await once(socket, 'end');
        return Buffer.concat(chunks);
      },
    ],
    [
      'by data events of which another listener reads the chunks',
      async (socket) => {
        const chunks: Buffer[] = [];
        socket.on('data', (chunk) => chunks.push(chunk));
        await readAll(socket).ended;
        return Buffer.concat(chunks);
      },
    ],
    ['as an iterable', (socket) => buffer(socket)],
    [
      'as text',
      async (socket) => {
        socket.setEncoding('latin1');
        let text = '';
        socket.on('readable', () => {
          text += readNow(socket).join('');
        });
        await once(socket, 'end');
        return Buffer.from(text, 'latin1');
      },
    ],
    [
      'with pauses',
      async (socket) => {
        const chunks: Buffer[] = [];
        socket.on('data', (chunk) => {
          chunks.push(chunk);
          socket.pause();
          setImmediate(() => socket.resume());
        });
        await once(socket, 'end');
        return Buffer.concat(chunks);
      },
    ],
  ])('gives every byte in its order to who reads %s', async (_, read) => {
    const { near, far } = await pair();
    const all = read(near);
    far.end(large);
    expect((await all).equals(large)).toBe(true);
  });

  it('stops the server while nobody takes anything, and goes on when somebody does', async () => {
    const { near, far } = await pair();
    near.on('readable', () => {});
    far.end(randomBytes(50_000_000));
    await eventually(() => near.readableLength >= near.readableHighWaterMark);
    await eventually(async () => {
      const before = near.bytesRead;
      await new Promise(setImmediate);
      return near.bytesRead === before;
    });
    expect(near.bytesRead).toBeLessThan(1_000_000);
    const { ended } = readAll(near);
    readNow(near);
    await ended;
    expect(near.bytesRead).toBe(50_000_000);
  });

  it('carries TLS, when it was handed over to somebody who wants that', async () => {
    const { near, far } = await pair();
    const { ca, server } = await testCertificates();
    const served = new TLSSocket(far, { isServer: true, ...server });
    served.pipe(served);
    const secured = connectTls({ socket: near, host: 'localhost', ca: ca.cert });
    onTestFinished(() => void secured.destroy());
    secured.end(large);
    expect((await buffer(secured)).equals(large)).toBe(true);
  });

  it('loses nothing when a listener throws', async () => {
    const { near, far } = await pair();
    const uncaught = catchUncaught();
    near.once('readable', () => {
      throw new Error('on purpose');
    });
    far.write('hello');
    await eventually(() => uncaught.length > 0);
    expect(uncaught).toEqual([new Error('on purpose')]);
    far.write(' world');
    await eventually(() => near.readableLength === 11);
    expect(readNow(near).join('')).toBe('hello world');
  });

  it('gives every byte in its order to a listener who throws again and again', async () => {
    const { near, far } = await pair();
    const uncaught = catchUncaught();
    const chunks: Buffer[] = [];
    near.on('readable', () => {
      chunks.push(...readNow(near));
      if (chunks.length % 3 === 0) throw new Error('on purpose');
    });
    far.end(large);
    await once(near, 'end');
    expect(uncaught.length).toBeGreaterThan(0);
    expect(Buffer.concat(chunks).equals(large)).toBe(true);
  });
});

/** What is thrown where nobody catches it, until the test is finished. */
function catchUncaught(): readonly unknown[] {
  const errors: unknown[] = [];
  const others = process.listeners('uncaughtException');
  process.removeAllListeners('uncaughtException');
  process.on('uncaughtException', (error) => errors.push(error));
  onTestFinished(() => {
    process.removeAllListeners('uncaughtException');
    for (const listener of others) process.on('uncaughtException', listener);
  });
  return errors;
}
