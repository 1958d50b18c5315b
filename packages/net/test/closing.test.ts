import { once } from 'node:events';
import { Wire } from '@pool/net';
import { eventually } from '@pool/testkit';
import { expect, test, vi } from 'vitest';
import { wirePair } from './wire-pair.ts';

test('close says FIN after what was written, and resolves when the peer has said it, too', async () => {
  const { wire, far } = await wirePair();
  await wire.write('QUIT\r\n');
  const closing = wire.close();
  const bytes: Buffer[] = [];
  far.on('data', (chunk) => bytes.push(chunk));
  await once(far, 'end');
  expect(Buffer.concat(bytes).toString()).toBe('QUIT\r\n');
  expect(wire.socket.closed).toBe(false);
  far.end('221 bye\r\n');
  await closing;
  expect(wire.socket.closed).toBe(true);
  expect(wire.bufferedBytes).toBe(0);
});

test('close ends although the peer never reads nor closes: by the signal', async () => {
  const { wire } = await wirePair();
  const controller = new AbortController();
  const closing = wire.close({ signal: controller.signal });
  controller.abort();
  await closing;
  expect(wire.socket.closed).toBe(true);
});

test('close goes on although unread bytes held the peer back', async () => {
  const { wire, far } = await wirePair();
  far.end(Buffer.alloc(4_000_000));
  await eventually(() => wire.bufferedBytes > 16_384);
  await wire.close();
  expect(wire.socket.closed).toBe(true);
  expect(wire.bufferedBytes).toBe(0);
});

test('close with a signal that was aborted before destroys', async () => {
  const { wire } = await wirePair();
  await wire.close({ signal: AbortSignal.abort() });
  expect(wire.socket.closed).toBe(true);
});

test('close leaves nothing on its signal', async () => {
  const { wire, far } = await wirePair();
  const { signal } = new AbortController();
  const added = vi.spyOn(signal, 'addEventListener');
  const removed = vi.spyOn(signal, 'removeEventListener');
  far.end();
  await wire.close({ signal });
  expect(removed).toHaveBeenCalledExactlyOnceWith(...(added.mock.lastCall ?? []));
});

test('close of a wire that is closed resolves, and twice is the same', async () => {
  const { wire, far } = await wirePair();
  far.end();
  await Promise.all([wire.close(), wire.close()]);
  await wire.close();
  expect(wire.alive).toBe(false);
});

test('close fails a pending read', async () => {
  const { wire } = await wirePair();
  const read = wire.readLine().catch((error: unknown) => error);
  void wire.close();
  expect(await read).toMatchObject({ code: 'WIRE_CLOSED', message: expect.stringContaining('this side closed it') });
});

test('a wire that says goodbye keeps the process alive, an idle one, too', async () => {
  const { wire } = await wirePair();
  const sockets = (): number => process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length;
  wire.guard();
  const before = sockets();
  void wire.close();
  expect(sockets()).toBe(before + 1);
});

test('destroy fails what is pending, with its reason as cause, and later calls as well', async () => {
  const { wire } = await wirePair();
  const read = wire.readLine().catch((error: unknown) => error);
  const write = wire.write(Buffer.alloc(16_000_000)).catch((error: unknown) => error);
  const reason = new Error('no more');
  wire.destroy(reason);
  expect(await read).toMatchObject({ code: 'WIRE_CLOSED', cause: reason });
  expect(await write).toMatchObject({ code: 'WIRE_CLOSED', cause: reason });
  await expect(wire.readLine()).rejects.toMatchObject({ code: 'WIRE_CLOSED', cause: reason });
  await expect(wire.write('x')).rejects.toMatchObject({ code: 'WIRE_CLOSED', cause: reason });
});

test('a wire whose socket was destroyed behind its back is not alive from that moment on', async () => {
  const { wire } = await wirePair();
  wire.socket.destroy();
  expect(wire.alive).toBe(false);
  await expect(wire.readLine()).rejects.toThrow(/closed before a line: the socket was destroyed$/);
});

test.each(['end', 'destroy'] as const)('a wire made of a socket whose %s is past is not alive', async (ending) => {
  const { wire, far } = await wirePair();
  if (ending === 'destroy') wire.socket.destroy();
  else far.end();
  await eventually(() => wire.socket.closed);
  const late = new Wire(wire.socket);
  expect(late.alive).toBe(false);
  await expect(late.readLine()).rejects.toMatchObject({ code: 'WIRE_CLOSED' });
});

test('a wire made of a socket whose peer has said FIN, but which is half open, is not alive', async () => {
  const { wire, far } = await wirePair();
  far.resume();
  void wire.close();
  await once(far, 'end');
  expect(far.destroyed).toBe(false);
  expect(new Wire(far).alive).toBe(false);
});
