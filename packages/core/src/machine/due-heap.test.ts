import { describe, expect, it } from 'vitest';
import { DueHeap } from './due-heap.ts';
import { Slot } from './slot.ts';

/** The same every time, and in no order. */
function shuffled(count: number): number[] {
  return Array.from({ length: count }, (_, index) => (index * 7919 + 13) % count);
}

function drain(heap: DueHeap<string>, now = Infinity): number[] {
  const times: number[] = [];
  for (let at = heap.earliest; heap.take(now) !== undefined; at = heap.earliest) times.push(at);
  return times;
}

describe('the heap of what is due', () => {
  it('is never due while it is empty', () => {
    const heap = new DueHeap<string>();
    expect(heap.earliest).toBe(Infinity);
    expect(heap.take(Infinity)).toBeUndefined();
  });

  it('gives out in the order of time, whatever the order they came in', () => {
    const heap = new DueHeap<string>();
    for (const at of shuffled(500)) heap.add(new Slot(at), at);
    expect(heap.earliest).toBe(0);
    expect(drain(heap)).toEqual(Array.from({ length: 500 }, (_, at) => at));
  });

  it('gives out only what is due by then, the very moment included', () => {
    const heap = new DueHeap<string>();
    for (const at of [10, 20, 30]) heap.add(new Slot(at), at);
    expect(heap.take(9)).toBeUndefined();
    expect(drain(heap, 20)).toEqual([10, 20]);
    expect(heap.earliest).toBe(30);
  });

  it('moves a slot forward, never back', () => {
    const heap = new DueHeap<string>();
    const slot = new Slot<string>(1);
    heap.add(new Slot(2), 50);
    heap.add(slot, 80);
    heap.add(slot, 90);
    expect(slot.dueAt).toBe(80);
    heap.add(slot, 20);
    expect(heap.take(20)).toBe(slot);
    expect(drain(heap)).toEqual([50]);
  });

  it('notes nothing for a slot that is never due', () => {
    const heap = new DueHeap<string>();
    const slot = new Slot<string>(1);
    heap.add(slot, Infinity);
    expect(slot.dueIndex).toBe(-1);
    expect(heap.take(Infinity)).toBeUndefined();
  });

  it('keeps the order when slots leave from anywhere, and forgets them', () => {
    const heap = new DueHeap<string>();
    const slots = shuffled(200).map((at) => {
      const slot = new Slot<string>(at);
      heap.add(slot, at);
      return slot;
    });
    const leaving = slots.filter((_, index) => index % 3 === 0);
    for (const slot of leaving) heap.remove(slot);
    expect(leaving.every(({ dueIndex }) => dueIndex === -1)).toBe(true);
    const staying = slots.filter((slot) => !leaving.includes(slot)).map(({ dueAt }) => dueAt);
    expect(drain(heap)).toEqual(staying.sort((a, b) => a - b));
  });

  it('keeps the order when the last one takes the place of one that was due later than what is above', () => {
    // Removing a leaf on one side moves up a leaf of the other side, which may be earlier than its new parent.
    const heap = new DueHeap<string>();
    const times = [1, 10, 2, 11, 12, 3, 4];
    const slots = times.map((at) => {
      const slot = new Slot<string>(at);
      heap.add(slot, at);
      return slot;
    });
    heap.remove(slots[3] as Slot<string>);
    expect(drain(heap)).toEqual([1, 2, 3, 4, 10, 12]);
  });

  it('lets a slot leave that is not there', () => {
    const heap = new DueHeap<string>();
    heap.add(new Slot(1), 1);
    heap.remove(new Slot(2));
    expect(drain(heap)).toEqual([1]);
  });
});
