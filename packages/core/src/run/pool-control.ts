import type { PoolControl } from '../connector.ts';
import { contain, refusePromise } from '../contain.ts';
import * as orders from '../machine/orders.ts';
import type { Slot } from '../machine/slot.ts';
import { checkDuration } from '../options.ts';
import type { Runner } from './runner.ts';

/** Hands the connector the means to act on its pool; returns the way to detach, for when the pool is closed. */
export function poolControl<T>(runner: Runner<T>, recycle: () => void): (() => void) | undefined {
  const { connector, machine } = runner;
  if (connector.attach === undefined) return undefined;
  const slots = runner.trackConnections();
  /** Does nothing when a number makes no sense: one that is not a number would upset everything that is ordered by time. */
  const given = (call: string, numbers: Readonly<Record<string, number>>, act: () => void): void => {
    try {
      for (const [name, value] of Object.entries(numbers)) checkDuration(name, value);
      act();
    } catch (error) {
      runner.fault(call, error);
    }
  };
  const about = (connection: T, act: (slot: Slot<T>, now: number) => void): void => {
    const slot = slots.get(connection);
    if (slot !== undefined) runner.input((_, now) => act(slot, now));
  };
  const control: PoolControl<T> = {
    recycle,
    retire: (connection, reason) => about(connection, (slot, now) => orders.retire(machine, slot, reason, now)),
    expireAt: (connection, atMs) =>
      given('expireAt', { atMs: Math.max(0, atMs) }, () => about(connection, (slot) => orders.expireAt(machine, slot, atMs))),
    park: (connection, forMs) =>
      given('park', { forMs }, () => about(connection, (slot, now) => orders.park(machine, slot, forMs, now))),
    pause: (forMs) => given('pause', { forMs }, () => runner.input((_, now) => orders.pause(machine, forMs, now))),
    limit: (max, forMs) =>
      given('limit', { max, forMs }, () => runner.input((_, now) => orders.lowerMax(machine, Math.floor(max), forMs, now))),
    notice: (code, detail) => runner.emit('notice', () => [{ code, detail }]),
    now: () => runner.now(),
  };
  try {
    const detach = connector.attach(control);
    const wrong = refusePromise(detach, 'attach', 'a function that ends it');
    if (wrong !== undefined) throw wrong;
    return () => {
      try {
        contain(detach(), (error) => runner.fault('attach', error));
      } catch (error) {
        runner.fault('attach', error);
      }
    };
  } catch (error) {
    runner.fault('attach', error);
    return undefined;
  }
}
