import { once } from 'node:events';
import { WireBusyError, WriteTimeoutError } from '@pool/net';
import { eventually } from '@pool/testkit';
import { expect, test } from 'vitest';
import { wirePair } from './wire-pair.ts';

/** More than the buffers of the system take while the peer reads nothing. */
const flood = Buffer.alloc(16_000_000, 'x');

test('a write resolves when the system took it, with nothing left behind', async () => {
  const { wire, far } = await wirePair();
  await wire.write('grüße\r\n');
  expect(wire.clean).toBe(true);
  const [bytes] = (await once(far, 'data')) as [Buffer];
  expect(bytes.toString()).toBe('grüße\r\n');
});

test('a write the peer does not read waits, and goes on when it reads', async () => {
  const { wire, far } = await wirePair();
  let done = false;
  const write = wire.write(flood).then(() => {
    done = true;
  });
  expect(wire.clean).toBe(false);
  await eventually(() => wire.socket.writableLength > 0);
  expect(done).toBe(false);
  let got = 0;
  far.on('data', (bytes) => {
    got += bytes.length;
  });
  await write;
  await eventually(() => got === flood.length);
  expect(wire.clean).toBe(true);
});

test('writes that nobody awaits keep their order, and each resolves when its own bytes are taken', async () => {
  const { wire, far } = await wirePair();
  const taken: string[] = [];
  const writes = [wire.write(flood).then(() => taken.push('big')), wire.write('end').then(() => taken.push('small'))];
  let tail = '';
  far.on('data', (bytes) => {
    tail = (tail + bytes.toString('latin1', Math.max(0, bytes.length - 3))).slice(-3);
  });
  await Promise.all(writes);
  expect(taken).toEqual(['big', 'small']);
  await eventually(() => tail === 'end');
});

test('a small write before a big one does not resolve the big one', async () => {
  const { wire } = await wirePair();
  await wire.write('small');
  let done = false;
  void wire.write(flood).then(
    () => {
      done = true;
    },
    () => {},
  );
  // The callback of the small one comes in between.
  await new Promise<void>((resolve) => setImmediate(resolve));
  expect(done).toBe(false);
  expect(wire.clean).toBe(false);
});

test('a write that times out says so and leaves a wire nobody can use', async () => {
  const { wire } = await wirePair();
  const other = wire.write(flood).catch((error: unknown) => error);
  const error = await wire.write('x', { timeoutMs: 20 }).catch((error: unknown) => error);
  expect(error).toBeInstanceOf(WriteTimeoutError);
  expect(error).toMatchObject({
    timeoutMs: 20,
    message: expect.stringMatching(/^write on the connection to .* longer than 20 ms/),
  });
  expect(wire.alive).toBe(false);
  expect(await other).toMatchObject({ code: 'WIRE_CLOSED', cause: error });
});

test('a write that is aborted on its way breaks the wire: half a message may have left', async () => {
  const { wire } = await wirePair();
  const controller = new AbortController();
  const write = wire.write(flood, { signal: controller.signal });
  controller.abort('enough');
  await expect(write).rejects.toBe('enough');
  expect(wire.alive).toBe(false);
});

test('a write with a signal that was aborted before writes nothing, and the wire stays good', async () => {
  const { wire } = await wirePair();
  await expect(wire.write('x', { signal: AbortSignal.abort('why') })).rejects.toBe('why');
  expect(wire.clean).toBe(true);
  expect(wire.socket.bytesWritten).toBe(0);
});

test('a pending write fails when the peer resets', async () => {
  const { wire, far } = await wirePair();
  const write = wire.write(flood);
  far.resetAndDestroy();
  await expect(write).rejects.toMatchObject({ code: 'WIRE_CLOSED', message: expect.stringContaining('closed during a write') });
});

test('a write after the peer closed is refused', async () => {
  const { wire, far } = await wirePair();
  far.end();
  await eventually(() => !wire.alive);
  await expect(wire.write('x')).rejects.toThrow(/closed before it could be written to: the peer closed the connection/);
});

test('a write may be pending while a read is, and the other way round', async () => {
  const { wire, far } = await wirePair();
  const read = wire.readLine();
  await wire.write('question\n');
  far.write('answer\n');
  expect(await read).toBe('answer');
});

test('an upgrade is refused while a write is pending', async () => {
  const { wire } = await wirePair();
  wire.write(flood).catch(() => {});
  await expect(wire.upgrade((socket) => socket)).rejects.toThrow(WireBusyError);
  expect(wire.alive).toBe(true);
});
