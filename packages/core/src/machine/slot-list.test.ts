import { describe, expect, it } from 'vitest';
import { Slot } from './slot.ts';
import { SlotList } from './slot-list.ts';

const slotsOf = (count: number): Slot<string>[] => Array.from({ length: count }, (_, index) => new Slot<string>(index));

function listOf(slots: readonly Slot<string>[]): SlotList<string> {
  const list = new SlotList<string>();
  for (const slot of slots) list.push(slot);
  return list;
}

function forwards(list: SlotList<string>): number[] {
  return [...list].map(({ id }) => id);
}

function backwards(list: SlotList<string>): number[] {
  const ids: number[] = [];
  for (let slot = list.tail; slot !== undefined; slot = slot.prev) ids.push(slot.id);
  return ids;
}

describe('a list of slots', () => {
  it('is empty at first', () => {
    expect(new SlotList<string>()).toMatchObject({ head: undefined, tail: undefined, size: 0 });
  });

  it('keeps the order of arrival, and moves one to the front', () => {
    const [a, b, c] = slotsOf(3) as [Slot<string>, Slot<string>, Slot<string>];
    const list = listOf([a, b, c]);
    list.toHead(c);
    expect(forwards(list)).toEqual([2, 0, 1]);
    expect(backwards(list)).toEqual([1, 0, 2]);
    expect(list.size).toBe(3);
  });

  it('moves its only one to the front', () => {
    const [slot] = slotsOf(1) as [Slot<string>];
    const list = listOf([slot]);
    list.toHead(slot);
    expect(list).toMatchObject({ head: slot, tail: slot, size: 1 });
    expect(slot.list).toBe(list);
  });

  it.each([0, 1, 2])('hands number %i over to the end of another', (index) => {
    const slots = slotsOf(3);
    const [from, to] = [listOf(slots), listOf([new Slot<string>(7)])];
    const moved = slots.splice(index, 1)[0] as Slot<string>;
    from.transfer(moved, to);
    for (const [list, ids] of [
      [from, slots.map(({ id }) => id)],
      [to, [7, moved.id]],
    ] as const) {
      expect(forwards(list)).toEqual(ids);
      expect(backwards(list)).toEqual([...ids].reverse());
      expect(list.size).toBe(ids.length);
    }
    expect(moved.list).toBe(to);
  });

  it('hands its only one over to an empty list', () => {
    const [slot] = slotsOf(1) as [Slot<string>];
    const [from, to] = [listOf([slot]), new SlotList<string>()];
    from.transfer(slot, to);
    expect(from).toMatchObject({ head: undefined, tail: undefined, size: 0 });
    expect(to).toMatchObject({ head: slot, tail: slot, size: 1 });
  });

  it.each([0, 1, 2])('closes the gap when number %i leaves', (index) => {
    const slots = slotsOf(3);
    const list = listOf(slots);
    const left = slots.splice(index, 1)[0] as Slot<string>;
    list.remove(left);
    expect(forwards(list)).toEqual(slots.map(({ id }) => id));
    expect(backwards(list)).toEqual(slots.map(({ id }) => id).reverse());
    expect(list.size).toBe(2);
    expect(left).toMatchObject({ list: undefined, prev: undefined, next: undefined });
  });

  it('is empty when the last one has left, and can be filled again', () => {
    const [slot] = slotsOf(1) as [Slot<string>];
    const list = listOf([slot]);
    list.remove(slot);
    expect(list).toMatchObject({ head: undefined, tail: undefined, size: 0 });
    list.push(slot);
    expect(forwards(list)).toEqual([0]);
  });

  it('is visited to its end although those visited leave', () => {
    const list = listOf(slotsOf(4));
    const seen: number[] = [];
    for (const slot of list) {
      seen.push(slot.id);
      list.remove(slot);
    }
    expect(seen).toEqual([0, 1, 2, 3]);
    expect(list.size).toBe(0);
  });
});
