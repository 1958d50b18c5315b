import { describe, expect, it } from 'vitest';
import { Deadlines } from './deadlines.ts';
import { Waiter, Waiters } from './waiters.ts';

let arrivals = 0;

function waiter(name: string, about: { lane?: number; arrival?: number; limitMs?: number } = {}): Waiter<string> {
  const { lane = 0, arrival = ++arrivals, limitMs = 1000 } = about;
  const asked = { arrival, askedAt: arrival, limitMs, lane, prefer: undefined, longLived: false, ofReady: false };
  return new Waiter(name, asked);
}

function queueOf(lanes: number, ...waiters: Waiter<string>[]): { queue: Waiters<string>; deadlines: Deadlines } {
  const deadlines = new Deadlines();
  const queue = new Waiters<string>(lanes, deadlines);
  for (const one of waiters) queue.add(one);
  return { queue, deadlines };
}

function serveAll(queue: Waiters<string>): string {
  const served: string[] = [];
  for (let head = queue.head; head !== undefined; head = queue.head) {
    served.push(head.request);
    queue.remove(head);
  }
  return served.join(' ');
}

describe('the queue', () => {
  it('serves in the order of arrival', () => {
    const { queue } = queueOf(1, waiter('a'), waiter('b'), waiter('c'));
    expect(queue.size).toBe(3);
    expect(serveAll(queue)).toBe('a b c');
    expect(queue.size).toBe(0);
  });

  it('serves the first lane first', () => {
    const { queue } = queueOf(3, waiter('slow', { lane: 2 }), waiter('usual', { lane: 1 }), waiter('fast', { lane: 0 }));
    expect(serveAll(queue)).toBe('fast usual slow');
  });

  it('knows who has waited longest, whatever the lane', () => {
    const first = waiter('first', { lane: 1 });
    const { queue } = queueOf(2, first, waiter('second', { lane: 0 }));
    expect(queue.head?.request).toBe('second');
    expect(queue.oldest).toBe(first);
    queue.remove(first);
    expect(queue.oldest?.request).toBe('second');
    queue.add(waiter('third', { lane: 1 }));
    expect(queue.oldest?.request).toBe('second');
    expect(queueOf(2).queue.oldest).toBeUndefined();
  });

  it.each([0, 1, 2])('closes the gap when number %i leaves', (index) => {
    const all = [waiter('a'), waiter('b'), waiter('c')];
    const { queue } = queueOf(1, ...all);
    const left = all.splice(index, 1)[0] as Waiter<string>;
    queue.remove(left);
    expect(left.waiting).toBe(false);
    expect(serveAll(queue)).toBe(all.map(({ request }) => request).join(' '));
  });

  it('gives work that was put back the place it had', () => {
    const [a, b, c] = [waiter('a'), waiter('b'), waiter('c')];
    const { queue } = queueOf(1, c, waiter('d'));
    queue.add(b);
    queue.add(a);
    expect(serveAll(queue)).toBe('a b c d');
  });

  it('puts work that never had a place before everybody, in the order in which it came', () => {
    const { queue } = queueOf(1, waiter('a'), waiter('first', { arrival: 0 }), waiter('second', { arrival: 0 }));
    expect(serveAll(queue)).toBe('first second a');
  });

  it('sets the limit of a caller when it joins and lifts it when it leaves', () => {
    const one = waiter('a', { limitMs: 10 });
    const { queue, deadlines } = queueOf(1, one);
    expect(deadlines.earliest).toBe(one.dueAt);
    queue.remove(one);
    expect(deadlines.take(Infinity)).toBeUndefined();
  });

  it('says of each whether it waits', () => {
    const one = waiter('a');
    expect(one.waiting).toBe(false);
    const { queue } = queueOf(1, one);
    expect(one.waiting).toBe(true);
    queue.remove(one);
    expect(one.waiting).toBe(false);
  });
});
