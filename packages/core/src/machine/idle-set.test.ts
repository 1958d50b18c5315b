import { describe, expect, it } from 'vitest';
import { IdleSet } from './idle-set.ts';
import { Slot } from './slot.ts';

function setOf(order: 'lifo' | 'fifo', tags?: readonly (string | undefined)[]): IdleSet<string> {
  const idle = new IdleSet<string>(order, tags !== undefined);
  (tags ?? [undefined, undefined, undefined]).forEach((tag, id) => {
    const slot = new Slot<string>(id);
    slot.tag = tag;
    idle.ready.push(slot);
    idle.tags?.add(slot);
  });
  return idle;
}

function takeAll(idle: IdleSet<string>, prefer?: readonly (string | undefined)[]): number[] {
  const taken: number[] = [];
  for (let slot = idle.choose(prefer); slot !== undefined; slot = idle.choose(prefer)) {
    idle.ready.remove(slot);
    idle.tags?.delete(slot);
    taken.push(slot.id);
  }
  return taken;
}

describe('the idle connections', () => {
  it('are lent last in, first out', () => {
    expect(takeAll(setOf('lifo'))).toEqual([2, 1, 0]);
  });

  it('or first in, first out', () => {
    expect(takeAll(setOf('fifo'))).toEqual([0, 1, 2]);
  });

  it('are lent only when they are ready, and counted in any case', () => {
    const idle = new IdleSet<string>('lifo', false);
    idle.suspect.push(new Slot(1));
    idle.parked.push(new Slot(2));
    expect(idle.choose(undefined)).toBeUndefined();
    expect(idle.choose(['a'])).toBeUndefined();
    expect(idle.size).toBe(2);
    expect([...idle]).toHaveLength(2);
  });

  it('are chosen by their tag, the first preference first, the longest unused one of that tag', () => {
    expect(takeAll(setOf('lifo', ['a', 'b', 'a', 'b', 'c']), ['b', 'a'])).toEqual([1, 3, 0, 2, 4]);
  });

  it('have no tag when that is preferred', () => {
    expect(setOf('lifo', ['a', undefined, 'b']).choose([undefined])?.id).toBe(1);
  });

  it('are the longest unused when no preference can be met: what was used last is likelier to be wanted again', () => {
    expect(setOf('lifo', ['a', 'b']).choose(['x'])?.id).toBe(0);
    expect(setOf('lifo').choose(['x'])?.id).toBe(0);
  });

  it('are visited before the ready ones when they are of less use', () => {
    const idle = setOf('lifo');
    idle.parked.push(new Slot(10));
    idle.suspect.push(new Slot(11));
    expect([...idle].map(({ id }) => id)).toEqual([10, 11, 0, 1, 2]);
  });
});
