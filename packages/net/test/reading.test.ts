import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OptionsError } from '@pool/core';
import { ProtocolError, ReadTimeoutError, WireBusyError, WireClosedError } from '@pool/net';
import { eventually, reset } from '@pool/testkit';
import { expect, onTestFinished, test, vi } from 'vitest';
import { wirePair } from './wire-pair.ts';

test('a read gives exactly the bytes asked for and leaves the rest visible', async () => {
  const { wire, far } = await wirePair();
  far.write('hello world');
  expect((await wire.read(5)).toString()).toBe('hello');
  expect(wire.bufferedBytes).toBe(6);
  expect(wire.clean).toBe(false);
  expect((await wire.read(6)).toString()).toBe(' world');
  expect(wire.clean).toBe(true);
});

test('a read waits until enough pieces have come', async () => {
  const { wire, far } = await wirePair();
  const read = wire.read(6);
  for (const piece of ['ab', 'cd', 'ef']) {
    far.write(piece);
    await eventually(() => far.bytesWritten > 0 && far.writableLength === 0);
  }
  expect((await read).toString()).toBe('abcdef');
});

test('a read of nothing resolves at once', async () => {
  const { wire } = await wirePair();
  expect(await wire.read(0)).toHaveLength(0);
});

test('a line ends with CR LF or LF, which are not part of it; a CR elsewhere is', async () => {
  const { wire, far } = await wirePair();
  far.write('one\r\ntwo\n\r\nth\rree\r\r\n');
  expect(await wire.readLine()).toBe('one');
  expect(await wire.readLine()).toBe('two');
  expect(await wire.readLine()).toBe('');
  expect(await wire.readLine()).toBe('th\rree\r');
  expect(wire.bufferedBytes).toBe(0);
});

test('a line that comes byte by byte is one line', async () => {
  const { wire, far } = await wirePair();
  const line = wire.readLine();
  for (const byte of Buffer.from('grüße\r\n')) far.write(Buffer.of(byte));
  expect(await line).toBe('grüße');
});

test('lines are UTF-8, or latin1 where every byte counts', async () => {
  const { wire, far } = await wirePair();
  far.write(Buffer.from([0xfc, 0x0a, 0xfc, 0x0a]));
  expect(await wire.readLine({ encoding: 'latin1' })).toBe('ü');
  expect(await wire.readLine()).toBe('\ufffd');
});

test('a line of just maxBytes is read; one byte more is a ProtocolError and destroys the wire', async () => {
  const { wire, far } = await wirePair();
  far.write('12345678\r\n123456789\r\n');
  expect(await wire.readLine({ maxBytes: 8 })).toBe('12345678');
  const error = await wire.readLine({ maxBytes: 8 }).catch((error: unknown) => error);
  expect(error).toBeInstanceOf(ProtocolError);
  expect(error).toMatchObject({ message: expect.stringContaining('longer than 8 bytes (maxBytes)') });
  expect(wire.alive).toBe(false);
});

test('a line that never ends is refused when it is too long, not when memory is', async () => {
  const { wire, far } = await wirePair();
  const line = wire.readLine({ maxBytes: 100_000 });
  const flood = (): void => {
    while (far.writable && far.write('x'.repeat(10_000)));
  };
  far.on('drain', flood);
  flood();
  await expect(line).rejects.toThrow(ProtocolError);
  await eventually(() => wire.socket.closed);
});

test('bytes and lines can be read in turns', async () => {
  const { wire, far } = await wirePair();
  far.write('* literal {5}\r\nhe\r\no rest\r\n');
  expect(await wire.readLine()).toBe('* literal {5}');
  expect((await wire.read(5)).toString()).toBe('he\r\no');
  expect(await wire.readLine()).toBe(' rest');
});

test('lines() gives line after line and takes nothing more when the loop is left', async () => {
  const { wire, far } = await wirePair();
  far.write('a\r\nb\r\n.\r\nnext\r\n');
  const list: string[] = [];
  for await (const line of wire.lines()) {
    if (line === '.') break;
    list.push(line);
  }
  expect(list).toEqual(['a', 'b']);
  expect(await wire.readLine()).toBe('next');
});

test('lines() throws when the peer closes: a list cut off must not look complete', async () => {
  const { wire, far } = await wirePair();
  far.end('a\r\n');
  const list: string[] = [];
  const reading = (async () => {
    for await (const line of wire.lines()) list.push(line);
  })();
  await expect(reading).rejects.toThrow(WireClosedError);
  expect(list).toEqual(['a']);
});

test('a second read while one is pending is refused at once, and the first goes on', async () => {
  const { wire, far } = await wirePair();
  const first = wire.readLine();
  await expect(wire.readLine()).rejects.toThrow(WireBusyError);
  await expect(wire.read(1)).rejects.toThrow(/read on the connection to 127\.0\.0\.1:\d+ while a read is pending/);
  far.write('hello\r\n');
  expect(await first).toBe('hello');
  expect(wire.clean).toBe(true);
});

test('what the peer sent before it closed can be read still, in one piece with its FIN', async () => {
  const { wire, far } = await wirePair();
  far.end('221 bye\r\nrest');
  await eventually(() => !wire.alive);
  expect(await wire.readLine()).toBe('221 bye');
  await expect(wire.readLine()).rejects.toThrow(/closed in the middle of a line: the peer closed the connection/);
  await expect(wire.read(5)).rejects.toThrow(/closed after 4 of 5 bytes/);
  expect((await wire.read(4)).toString()).toBe('rest');
});

test('a pending read fails when the peer closes', async () => {
  const { wire, far } = await wirePair();
  const read = wire.read(10);
  far.end('abc');
  await expect(read).rejects.toMatchObject({ code: 'WIRE_CLOSED' });
});

test('a pending read fails when the peer resets, with Node’s error as cause', async () => {
  const { wire, far } = await wirePair();
  const read = wire.read(10);
  far.resetAndDestroy();
  await expect(read).rejects.toMatchObject({ code: 'WIRE_CLOSED', cause: { code: 'ECONNRESET' } });
  await expect(wire.read(1)).rejects.toMatchObject({ code: 'WIRE_CLOSED', cause: { code: 'ECONNRESET' } });
});

test('a read that times out says so and leaves a wire nobody can use', async () => {
  const { wire, far } = await wirePair();
  const error = await wire.readLine({ timeoutMs: 20 }).catch((error: unknown) => error);
  expect(error).toBeInstanceOf(ReadTimeoutError);
  expect(error).toMatchObject({
    timeoutMs: 20,
    message: expect.stringMatching(/^read on the connection to .* longer than 20 ms/),
  });
  expect(wire.alive).toBe(false);
  far.write('late\r\n');
  await expect(wire.readLine()).rejects.toMatchObject({ code: 'WIRE_CLOSED', cause: error });
});

test('what had come of an answer that was too late cannot be read any more', async () => {
  const { wire, far } = await wirePair();
  far.write('half');
  await expect(wire.readLine({ timeoutMs: 20 })).rejects.toThrow(ReadTimeoutError);
  expect(wire.bufferedBytes).toBe(0);
  await expect(wire.read(4)).rejects.toThrow(WireClosedError);
});

test('a read with timeoutMs 0 takes what is there and waits for nothing', async () => {
  const { wire, far } = await wirePair();
  far.write('a\r\n');
  await eventually(() => wire.bufferedBytes === 3);
  expect(await wire.readLine({ timeoutMs: 0 })).toBe('a');
  await expect(wire.readLine({ timeoutMs: 0 })).rejects.toThrow(ReadTimeoutError);
});

test('a read that is aborted rejects with the reason and leaves a wire nobody can use', async () => {
  const { wire } = await wirePair();
  const controller = new AbortController();
  const read = wire.read(1, { signal: controller.signal });
  const reason = new Error('changed my mind');
  controller.abort(reason);
  await expect(read).rejects.toBe(reason);
  expect(wire.alive).toBe(false);
  await expect(wire.read(1)).rejects.toMatchObject({ code: 'WIRE_CLOSED', cause: reason });
});

test('a read with a signal that was aborted before breaks the wire as well: the answer will still come', async () => {
  const { wire, far } = await wirePair();
  far.write('a\r\n');
  await expect(wire.readLine({ signal: AbortSignal.abort('why') })).rejects.toBe('why');
  expect(wire.alive).toBe(false);
});

test('a read that got its answer leaves nothing on its signal, and its limit is over', async () => {
  const { wire, far } = await wirePair();
  const { signal } = new AbortController();
  const added = vi.spyOn(signal, 'addEventListener');
  const removed = vi.spyOn(signal, 'removeEventListener');
  const set = vi.spyOn(globalThis, 'setTimeout');
  const clear = vi.spyOn(globalThis, 'clearTimeout');
  const read = wire.readLine({ signal, timeoutMs: 60_000 });
  expect(added).toHaveBeenCalledOnce();
  expect(set).toHaveBeenCalledOnce();
  far.write('a\r\n');
  await read;
  expect(removed).toHaveBeenCalledExactlyOnceWith(...(added.mock.lastCall ?? []));
  expect(clear).toHaveBeenCalledExactlyOnceWith(set.mock.results[0]?.value);
});

test('a read whose answer is there already takes neither timer nor listener', async () => {
  const { wire, far } = await wirePair();
  far.write('a\r\n');
  await eventually(() => wire.bufferedBytes === 3);
  const { signal } = new AbortController();
  const added = vi.spyOn(signal, 'addEventListener');
  const set = vi.spyOn(globalThis, 'setTimeout');
  await wire.readLine({ signal, timeoutMs: 60_000 });
  expect(added).not.toHaveBeenCalled();
  expect(set).not.toHaveBeenCalled();
});

test('the peer is held back when nobody reads, and nothing of what it sent is lost', async () => {
  const { wire, far } = await wirePair();
  const total = 8_000_000;
  const sent = Buffer.alloc(total, 'abcdefghijklmnopqrstuvwxyz');
  let done = false;
  far.write(sent, () => {
    done = true;
  });
  await eventually(() => wire.bufferedBytes > 0);
  // The kernel's buffers fill, and then nothing moves.
  let last = -1;
  await eventually(() => {
    const before = last;
    last = far.bytesWritten - far.writableLength;
    return wire.bufferedBytes > 0 && before === last;
  });
  expect(done).toBe(false);
  expect(wire.bufferedBytes).toBeLessThan(2 * (wire.socket.readableHighWaterMark + 65_536));
  const pieces: Buffer[] = [];
  for (let left = total; left > 0; left -= 1_000_000) {
    pieces.push(await wire.read(1_000_000));
    expect(wire.bufferedBytes).toBeLessThan(2 * (wire.socket.readableHighWaterMark + 65_536));
  }
  expect(Buffer.concat(pieces).equals(sent)).toBe(true);
});

test('a peer that was held back goes on when lines are read', async () => {
  const { wire, far } = await wirePair();
  const count = 100_000;
  far.write('a line of some length\r\n'.repeat(count));
  await eventually(() => wire.bufferedBytes > wire.socket.readableHighWaterMark);
  let lines = 0;
  for await (const line of wire.lines()) {
    if (line !== 'a line of some length') throw new Error(line);
    lines += 1;
    if (lines === count) break;
  }
  expect(wire.clean).toBe(true);
});

test.each([-1, 1.5, Number.NaN, '5', 2 ** 53])('read(%o) is refused and harms nothing', async (byteLength) => {
  const { wire } = await wirePair();
  await expect(wire.read(byteLength as number)).rejects.toThrow(OptionsError);
  await expect(wire.read(byteLength as number)).rejects.toThrow(`byteLength must be an integer from 0 up, got ${byteLength}`);
  expect(wire.clean).toBe(true);
});

test.each<[object, string]>([
  [{ timeoutMs: -1 }, 'timeoutMs'],
  [{ timeoutMs: Number.NaN }, 'timeoutMs'],
  [{ timeoutMs: 2 ** 31 }, 'timeoutMs'],
  [{ timeoutMs: '5' }, 'timeoutMs'],
  [{ maxBytes: 0 }, 'maxBytes'],
  [{ maxBytes: Infinity }, 'maxBytes'],
  [{ encoding: 'utf-16' }, 'encoding'],
])('readLine(%o) is refused, naming %s, and harms nothing', async (options, option) => {
  const { wire } = await wirePair();
  await expect(wire.readLine(options)).rejects.toMatchObject({ code: 'POOL_BAD_OPTION', option });
  expect(() => wire.lines(options)).toThrow(OptionsError);
  expect(wire.clean).toBe(true);
});

test('a limit of Infinity never reaches a timer, which would fire at once', async () => {
  const { wire, far } = await wirePair();
  const set = vi.spyOn(globalThis, 'setTimeout');
  const read = wire.readLine({ timeoutMs: Infinity });
  expect(set).not.toHaveBeenCalled();
  far.write('a\n');
  expect(await read).toBe('a');
});

test('a wire works over a Unix socket, and its reset is caught, too', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'pool-net-'));
  onTestFinished(() => rm(dir, { recursive: true }));
  const { wire, far } = await wirePair(`${dir}/socket`);
  await wire.write('ping\n');
  far.on('data', (bytes) => far.write(bytes));
  expect(await wire.readLine()).toBe('ping');
  reset(far);
  await expect(wire.readLine()).rejects.toMatchObject({ code: 'WIRE_CLOSED', message: expect.stringContaining('a Unix socket') });
});
