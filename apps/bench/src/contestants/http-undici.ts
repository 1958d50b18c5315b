import { type Dispatcher, Pool } from 'undici';
import type { Contestant } from './contestant.ts';
import { httpContestant } from './http-requester.ts';

export const undiciRequest: Contestant = httpContestant(
  { name: 'undici Pool.request', role: 'floor', packageName: 'undici' },
  ({ port }, connections) => {
    const pool = new Pool(`http://127.0.0.1:${port}`, { connections });
    async function get(): Promise<void> {
      const { body } = await pool.request({ path: '/x', method: 'GET' });
      await body.text();
    }
    return { send: (done) => void get().then(done, done), close: () => pool.close() };
  },
);

export const undiciDispatch: Contestant = httpContestant(
  { name: 'undici Pool.dispatch', role: 'floor', packageName: 'undici' },
  ({ port }, connections) => {
    const pool = new Pool(`http://127.0.0.1:${port}`, { connections });
    const options = { path: '/x', method: 'GET' } as const;
    return { send: (done) => pool.dispatch(options, discarding(done)), close: () => pool.close() };
  },
);

/** The least a handler can be, in the style of the engine itself. */
export function discarding(done: (error?: unknown) => void): Dispatcher.DispatchHandler {
  return {
    onConnect() {},
    onHeaders: () => true,
    onData: () => true,
    onComplete: () => done(),
    onError: done,
  };
}
