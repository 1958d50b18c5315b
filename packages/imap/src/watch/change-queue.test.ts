import { expect, test } from 'vitest';
import { ChangeQueue } from './change-queue.ts';
import type { MailboxChange, MissedChanges } from './mailbox-change.ts';

const started: MailboxChange = {
  kind: 'started',
  mailbox: { exists: 0, uidNext: 1, uidValidity: 1n, highestModseq: 1n },
};
const arrived = (...uids: readonly number[]): MailboxChange => ({ kind: 'arrived', uids, exists: uids.length });
const expunged = (uid?: number): MailboxChange => ({ kind: 'expunged', uid, sequence: 1 });
const flags: MailboxChange = { kind: 'flags', uid: 1, sequence: 1, flags: new Set(['\\Seen']) };
const missed = (what: Partial<MissedChanges>): MissedChanges => ({
  kind: 'missed',
  why: 'fell-behind',
  arrived: [],
  expunged: 0,
  renumbered: false,
  changedSince: undefined,
  ...what,
});

function queueOf(maxPending: number, ...changes: readonly MailboxChange[]): ChangeQueue {
  const queue = new ChangeQueue(maxPending);
  for (const [index, change] of changes.entries()) queue.push(change, BigInt(index));
  return queue;
}

const done = { done: true, value: undefined };

test('changes come out as they went in', async () => {
  const queue = queueOf(10, started, arrived(1));
  expect(await queue.take()).toEqual({ done: false, value: started });
  expect(await queue.take()).toEqual({ done: false, value: arrived(1) });
});

test('whoever came before there was anything gets what comes', async () => {
  const queue = queueOf(10);
  const takes = [queue.take(), queue.take()];
  queue.push(started, 1n);
  queue.push(arrived(1), 1n);
  expect(await Promise.all(takes)).toEqual([
    { done: false, value: started },
    { done: false, value: arrived(1) },
  ]);
});

test('too many become one, which says since when', async () => {
  const queue = queueOf(3, arrived(1, 2), flags, expunged(), arrived(3));
  expect(await queue.take()).toEqual({ done: false, value: missed({ arrived: [1, 2, 3], expunged: 1, changedSince: 0n }) });
  queue.finish('done');
  expect(await queue.take()).toEqual(done);
});

test('that it started is told still, and what was summed up is summed up again', async () => {
  const queue = queueOf(2, started, arrived(1), flags, arrived(2), expunged());
  expect(await queue.take()).toEqual({ done: false, value: started });
  expect(await queue.take()).toEqual({ done: false, value: missed({ arrived: [1, 2], expunged: 1, changedSince: 1n }) });
});

test('what came and went again has not arrived', async () => {
  const queue = queueOf(1, arrived(1, 2), expunged(1));
  expect(await queue.take()).toEqual({ done: false, value: missed({ arrived: [2], expunged: 1, changedSince: 0n }) });
});

test('nothing from before a renumbering is told after it', async () => {
  const queue = queueOf(2, arrived(1), expunged(), missed({ why: 'reconnected', renumbered: true }), arrived(7), flags);
  expect(await queue.take()).toEqual({ done: false, value: missed({ arrived: [7], renumbered: true }) });
});

test('an end comes after what is there, an error once, and nothing after either', async () => {
  const error = new Error('over');
  const queue = queueOf(10, started);
  queue.finish({ error });
  queue.push(arrived(1), 1n);
  queue.finish('done');
  expect(await queue.take()).toEqual({ done: false, value: started });
  await expect(queue.take()).rejects.toBe(error);
  expect(await queue.take()).toEqual(done);
});

test('of those who wait the first is told the error, the others that it is over', async () => {
  const error = new Error('over');
  const queue = queueOf(10);
  const [first, second] = [queue.take(), queue.take()];
  queue.finish({ error });
  await expect(first).rejects.toBe(error);
  expect(await second).toEqual(done);
  expect(await queue.take()).toEqual(done);
});

test('what nobody wants is gone', async () => {
  const queue = queueOf(10, started);
  queue.clear();
  queue.finish('done');
  expect(await queue.take()).toEqual(done);
});
