/**
 * The life of a connection, all of it. Nothing else in the pool changes a slot's state; the diagram in the docs is drawn from
 * this table.
 *
 *   reserving  waits for the permit of a budget       leased     somebody has it
 *   opening    the connector and the init hooks run   resetting  is made clean after use
 *   idle       ready to be lent                       closing    on its way out; counts until it is closed
 *   checking   answers a ping, or fails to            gone       no longer the pool's
 */
export const transitions = {
  reserving: { permitted: 'opening', unwanted: 'gone' },
  opening: { opened: 'idle', failed: 'gone', ended: 'closing' },
  idle: { lent: 'leased', checked: 'checking', ended: 'closing' },
  checking: { proved: 'idle', ended: 'closing' },
  leased: { returned: 'idle', soiled: 'resetting', ended: 'closing', detached: 'gone' },
  resetting: { cleaned: 'idle', ended: 'closing' },
  closing: { closed: 'gone', abandoned: 'gone' },
  gone: {},
} as const satisfies Record<string, Readonly<Record<string, string>>>;

export type StateName = keyof typeof transitions;
export type EventName = { [S in StateName]: keyof (typeof transitions)[S] }[StateName] & string;

export const stateNames = Object.keys(transitions) as readonly StateName[];

// Lending an idle connection makes two transitions, and its whole budget is some 30 ns: so states and events are small integers
// and the table above is compiled, once, into bytes.
export const State = indexes(stateNames);
export const Event = indexes([
  'permitted',
  'unwanted',
  'opened',
  'failed',
  'lent',
  'checked',
  'proved',
  'returned',
  'soiled',
  'cleaned',
  'ended',
  'detached',
  'closed',
  'abandoned',
] as const satisfies readonly EventName[]);

export type State = (typeof State)[StateName];
export type Event = (typeof Event)[EventName];

const illegal = 255;
const eventCount = Object.keys(Event).length;
const compiled = new Uint8Array(stateNames.length * eventCount).fill(illegal);
for (const from of stateNames) {
  for (const [event, to] of Object.entries(transitions[from])) {
    compiled[State[from] * eventCount + Event[event as EventName]] = State[to as StateName];
  }
}

/** The state that follows. Throws on a move the table does not have: a bug of the pool, never of its user. */
export function follow(from: State, event: Event): State {
  const to = compiled[from * eventCount + event] as number;
  if (to === illegal) throw noTransition(from, event);
  return to;
}

function noTransition(from: State, event: Event): Error {
  return new Error(`no transition '${Object.keys(Event)[event]}' from state '${stateNames[from]}'`);
}

function indexes<const N extends string>(names: readonly N[]): Readonly<Record<N, number>> {
  return Object.fromEntries(names.map((name, index) => [name, index])) as Record<N, number>;
}
