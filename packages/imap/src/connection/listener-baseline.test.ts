import { EventEmitter } from 'node:events';
import { expect, test } from 'vitest';
import { ListenerBaseline } from './listener-baseline.ts';

test('takes off what was added, once-listeners too, and leaves what was there', () => {
  const emitter = new EventEmitter();
  const heard: string[] = [];
  emitter.on('error', () => heard.push('mine'));
  const baseline = new ListenerBaseline(emitter);
  emitter.on('error', () => heard.push('theirs')).once('close', () => heard.push('theirs'));
  expect(baseline.restore()).toEqual(['error', 'close']);
  emitter.emit('error', new Error('x'));
  emitter.emit('close');
  expect(heard).toEqual(['mine']);
  expect(baseline.restore()).toEqual([]);
});

test('sees that one that was there is gone, also when another one came', () => {
  const emitter = new EventEmitter().on('error', () => {});
  const baseline = new ListenerBaseline(emitter);
  expect(baseline.damaged).toBe(false);
  emitter.removeAllListeners().on('error', () => {});
  expect(baseline.damaged).toBe(true);
});

test('those there are when it notes again stay', () => {
  const emitter = new EventEmitter();
  const baseline = new ListenerBaseline(emitter);
  emitter.on('close', () => {});
  baseline.note();
  expect([baseline.restore(), emitter.listenerCount('close')]).toEqual([[], 1]);
});
