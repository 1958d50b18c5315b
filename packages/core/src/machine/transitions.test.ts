import { describe, expect, it } from 'vitest';
import { Event, type EventName, follow, State, type StateName, stateNames, transitions } from './transitions.ts';

const moves = stateNames.flatMap((from) =>
  Object.entries(transitions[from]).map(([event, to]) => ({ from, event: event as EventName, to: to as StateName })),
);

function reachable(start: StateName): Set<StateName> {
  const found = new Set<StateName>([start]);
  for (const state of found) for (const { from, to } of moves) if (from === state) found.add(to);
  return found;
}

describe('the life of a connection', () => {
  it('begins with the wish for one and may reach every state', () => {
    expect([...reachable('reserving')].sort()).toEqual([...stateNames].sort());
  });

  it.each(stateNames.filter((state) => state !== 'gone'))('can end from %s', (state) => {
    expect(reachable(state)).toContain('gone');
  });

  it('ends once', () => {
    expect(transitions.gone).toEqual({});
  });

  it.each(stateNames.filter((state) => state !== 'gone'))('never comes back to %s without having been elsewhere', (state) => {
    expect(Object.values(transitions[state])).not.toContain(state);
  });

  it('passes through closing when there is a connection, unless it was given away', () => {
    const skipping = moves.filter(({ from, to }) => to === 'gone' && from !== 'closing');
    expect(skipping.map(({ from, event }) => `${from} ${event}`).sort()).toEqual([
      'leased detached',
      'opening failed',
      'reserving unwanted',
    ]);
  });
});

describe('following the table', () => {
  it.each(moves)('from $from, $event leads to $to', ({ from, event, to }) => {
    expect(follow(State[from], Event[event])).toBe(State[to]);
  });

  it('refuses every move that is not in it, naming event and state', () => {
    let refused = 0;
    for (const from of stateNames) {
      for (const event of Object.keys(Event) as EventName[]) {
        if (moves.some((move) => move.from === from && move.event === event)) continue;
        const error = new Error(`no transition '${event}' from state '${from}'`);
        expect(() => follow(State[from], Event[event])).toThrow(error);
        refused++;
      }
    }
    expect(refused).toBe(stateNames.length * Object.keys(Event).length - moves.length);
  });

  it('knows each state and event by one number', () => {
    expect(new Set(Object.values(State)).size).toBe(stateNames.length);
    expect(new Set(Object.values(Event)).size).toBe(new Set(moves.map(({ event }) => event)).size);
  });
});
