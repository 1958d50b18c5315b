import { ProtocolError, WireBusyError } from '@pool/net';
import { eventually } from '@pool/testkit';
import { expect, test, vi } from 'vitest';
import { wirePair } from './wire-pair.ts';

test('any byte on a guarded wire breaks it when it comes', async () => {
  const { wire, far } = await wirePair();
  wire.guard();
  const broken = new Promise<Error>((resolve) => wire.onBroken(resolve));
  far.write('* BYE idle too long\r\n');
  const error = (await broken) as ProtocolError;
  expect(error).toBeInstanceOf(ProtocolError);
  expect(error.message).toMatch(/got 21 bytes while it was idle/);
  expect(error.received).toBe('* BYE idle too long\r\n');
  expect(wire.alive).toBe(false);
});

test('bytes and FIN in one piece break it: a paused socket would notice neither', async () => {
  const { wire, far } = await wirePair();
  wire.guard();
  const broken = new Promise<Error>((resolve) => wire.onBroken(resolve));
  far.end('421 closing\r\n');
  expect(await broken).toMatchObject({ code: 'WIRE_PROTOCOL' });
});

test('a FIN breaks a guarded wire when it comes', async () => {
  const { wire, far } = await wirePair();
  wire.guard();
  const broken = new Promise<Error>((resolve) => wire.onBroken(resolve));
  far.end();
  expect(await broken).toMatchObject({ code: 'WIRE_CLOSED', message: 'the peer closed the connection' });
});

test('a reset breaks a guarded wire when it comes, and nothing is thrown where nobody listens', async () => {
  const { wire, far } = await wirePair();
  wire.guard();
  const broken = new Promise<Error>((resolve) => wire.onBroken(resolve));
  far.resetAndDestroy();
  expect(await broken).toMatchObject({ code: 'WIRE_CLOSED', cause: { code: 'ECONNRESET' } });
});

test.each(['end', 'resetAndDestroy'] as const)('a lent wire that nobody reads notices %s', async (ending) => {
  const { wire, far } = await wirePair();
  const broken = new Promise<Error>((resolve) => wire.onBroken(resolve));
  far[ending]();
  await broken;
  expect(wire.alive).toBe(false);
});

test('a lent wire that nobody reads notices a FIN behind unread bytes', async () => {
  const { wire, far } = await wirePair();
  const broken = new Promise<Error>((resolve) => wire.onBroken(resolve));
  far.end('unread');
  await broken;
  expect(wire.bufferedBytes).toBe(6);
});

test('a wire that is not clean breaks when it is guarded', async () => {
  const { wire, far } = await wirePair();
  far.write('unread');
  await eventually(() => wire.bufferedBytes === 6);
  const onBroken = vi.fn();
  wire.onBroken(onBroken);
  wire.guard();
  expect(onBroken).toHaveBeenCalledOnce();
  expect(onBroken.mock.lastCall?.[0]).toMatchObject({ message: expect.stringContaining('became idle while 6 bytes are unread') });
  expect(wire.alive).toBe(false);
});

test('bytes that wait in the socket of a guarded wire are a break, too, when it is to be lent', async () => {
  const { wire, far } = await wirePair();
  wire.guard();
  wire.socket.pause();
  far.write('unread');
  await eventually(() => wire.socket.readableLength > 0);
  expect(wire.alive).toBe(false);
});

test('whoever listens hears of a socket that was destroyed behind the wire’s back', async () => {
  const { wire } = await wirePair();
  const broken = new Promise<Error>((resolve) => wire.onBroken(resolve));
  wire.socket.destroy();
  expect(await broken).toMatchObject({ code: 'WIRE_CLOSED', message: 'the socket was closed' });
});

test('a guarded wire refuses whoever still holds it, and stays good', async () => {
  const { wire } = await wirePair();
  wire.guard();
  await expect(wire.write('x')).rejects.toThrow(WireBusyError);
  await expect(wire.readLine()).rejects.toThrow(/while it is guarded/);
  await expect(wire.read(1)).rejects.toThrow(WireBusyError);
  await expect(wire.upgrade((socket) => socket)).rejects.toThrow(WireBusyError);
  expect(wire.clean).toBe(true);
});

test('bytes are welcome again on a wire that is no longer guarded', async () => {
  const { wire, far } = await wirePair();
  wire.guard();
  wire.unguard();
  far.write('hello\n');
  expect(await wire.readLine()).toBe('hello');
});

test('a guarded wire does not keep the process alive; a lent one does', async () => {
  const { wire } = await wirePair();
  const sockets = (): number => process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length;
  const lent = sockets();
  wire.guard();
  expect(sockets()).toBe(lent - 1);
  wire.unguard();
  expect(sockets()).toBe(lent);
});

test('whoever listens is told once, and not after he stopped', async () => {
  const { wire, far } = await wirePair();
  const stays = vi.fn();
  const leaves = vi.fn();
  wire.onBroken(stays);
  wire.onBroken(leaves)();
  far.resetAndDestroy();
  await eventually(() => wire.socket.closed);
  wire.destroy();
  expect(stays).toHaveBeenCalledOnce();
  expect(leaves).not.toHaveBeenCalled();
});

test('whoever listens too late is told all the same, but not inside the call', async () => {
  const { wire } = await wirePair();
  wire.destroy();
  const onBroken = vi.fn();
  wire.onBroken(onBroken);
  const leaves = vi.fn();
  wire.onBroken(leaves)();
  expect(onBroken).not.toHaveBeenCalled();
  await Promise.resolve();
  expect(onBroken).toHaveBeenCalledOnce();
  expect(leaves).not.toHaveBeenCalled();
});
