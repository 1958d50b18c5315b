import { describe, expect, it } from 'vitest';
import { Probing } from './probing.ts';

describe('probing', () => {
  it('limits nothing while all is well', () => {
    const probing = new Probing();
    expect(probing).toMatchObject({ window: Infinity, attempt: 1, down: false, fatal: false });
    expect(probing.opensAt()).toBe(-Infinity);
  });

  it('lets one at a time open after a failure, and not before the backoff', () => {
    const probing = new Probing();
    probing.failed(probing.round, 'refused', 500);
    expect(probing).toMatchObject({ window: 1, failures: 1, attempt: 2, lastError: 'refused' });
    expect(probing.opensAt()).toBe(500);
  });

  it('counts failures of openings that began together as one, and keeps the first backoff', () => {
    const probing = new Probing();
    const { round } = probing;
    probing.failed(round, 'refused', 500);
    probing.failed(round, 'refused again', 900);
    expect(probing).toMatchObject({ failures: 1, lastError: 'refused again' });
    expect(probing.opensAt()).toBe(500);
    probing.failed(probing.round, 'refused', 1500);
    expect(probing.failures).toBe(2);
    expect(probing.opensAt()).toBe(1500);
  });

  it('doubles with every success until it limits no more', () => {
    const probing = new Probing();
    probing.failed(probing.round, 'refused', 500);
    const windows: number[] = [];
    for (let success = 0; success < 4; success++) {
      probing.succeeded(10);
      windows.push(probing.window);
    }
    expect(windows).toEqual([2, 4, 8, Infinity]);
    probing.failed(probing.round, 'refused', 500);
    probing.succeeded(2);
    expect(probing.window).toBe(Infinity);
  });

  it('forgets failures and backoff with a success', () => {
    const probing = new Probing();
    probing.down = true;
    probing.failed(probing.round, 'refused', 500);
    probing.succeeded(10);
    expect(probing).toMatchObject({ failures: 0, attempt: 1, down: false, lastError: undefined });
    expect(probing.opensAt()).toBe(-Infinity);
  });

  it('keeps a pause through a success', () => {
    const probing = new Probing();
    probing.pausedUntil = 700;
    probing.succeeded(10);
    expect(probing.opensAt()).toBe(700);
  });

  it('opens nothing after a fatal failure, until it is forgiven', () => {
    const probing = new Probing();
    probing.failed(probing.round, 'bad password', 500);
    probing.fatal = true;
    probing.down = true;
    expect(probing.opensAt()).toBe(Infinity);
    probing.forgive();
    expect(probing.opensAt()).toBe(-Infinity);
    expect(probing).toMatchObject({ failures: 0, lastError: undefined, down: false, fatal: false });
  });

  it('forgives pauses too, and knows what began before', () => {
    const probing = new Probing();
    probing.pausedUntil = 700;
    const { round } = probing;
    probing.forgive();
    expect(probing.opensAt()).toBe(-Infinity);
    expect(round).toBeLessThan(probing.forgivenRound);
    expect(probing.round).toBe(probing.forgivenRound);
    probing.failed(round, 'refused', 500);
    expect(probing.failures).toBe(0);
  });

  it('takes two breaks within a second for one cause, a single one for bad luck', () => {
    const probing = new Probing();
    expect(probing.broke(1000, NaN)).toBe(false);
    expect(probing.window).toBe(Infinity);
    expect(probing.broke(2001, NaN)).toBe(false);
    expect(probing.broke(3001, NaN)).toBe(true);
    expect(probing.window).toBe(1);
  });

  it('keeps no callers from a peer that closes what had idled for as long, give or take a tenth', () => {
    const probing = new Probing();
    expect(probing.broke(1000, 60_000)).toBe(false);
    expect(probing.broke(1001, 54_000)).toBe(true);
    expect(probing.broke(1002, 60_000)).toBe(true);
    expect(probing.windowFor(0)).toBe(1);
    expect(probing.windowFor(1)).toBe(1);
    expect(probing.windowFor(50)).toBe(50);
    probing.broke(1003, 53_999);
    expect(probing.windowFor(50)).toBe(1);
    probing.broke(1004, 60_000);
    expect(probing.windowFor(50)).toBe(1);
  });

  it('compares all that break together with the first of them, so that ages far apart do not pass in small steps', () => {
    const probing = new Probing();
    probing.broke(1000, 60_000);
    probing.broke(1001, 56_000);
    expect(probing.windowFor(50)).toBe(50);
    probing.broke(1002, 52_000);
    expect(probing.windowFor(50)).toBe(1);
  });

  it('opens for callers as for itself after a failure, and again without end after enough successes', () => {
    const probing = new Probing();
    probing.failed(probing.round, 'refused', 0);
    expect(probing.windowFor(50)).toBe(1);
    probing.succeeded(5);
    expect(probing.windowFor(50)).toBe(2);
    probing.succeeded(5);
    expect(probing.windowFor(50)).toBe(4);
    probing.succeeded(5);
    expect(probing.windowFor(50)).toBe(Infinity);
  });

  it.each([
    ['before', NaN, 60_000],
    ['after', 60_000, NaN],
  ])('doubts it when one that did not idle broke %s', (_, first, second) => {
    const probing = new Probing();
    probing.broke(1000, first);
    probing.broke(1001, second);
    expect(probing.windowFor(50)).toBe(1);
  });

  it('does not connect a break after a success with one before it', () => {
    const probing = new Probing();
    probing.broke(1000, NaN);
    probing.succeeded(10);
    expect(probing.broke(1001, NaN)).toBe(false);
  });

  it('backs off from a peer that takes connections and breaks them unused, from the second time on', () => {
    const probing = new Probing();
    probing.brokeUnused(probing.round, 500);
    expect(probing).toMatchObject({ window: Infinity, stillborn: 1 });
    expect(probing.opensAt()).toBe(-Infinity);
    const { round } = probing;
    probing.brokeUnused(round, 600);
    probing.brokeUnused(round, 900);
    expect(probing).toMatchObject({ window: 1, stillborn: 2 });
    expect(probing.opensAt()).toBe(600);
    // One more that opens proves nothing.
    probing.succeeded(10);
    expect(probing.window).toBe(1);
    expect(probing.opensAt()).toBe(600);
  });

  it('takes a failure for news although a connection broke unused since that opening began', () => {
    const probing = new Probing();
    const { round } = probing;
    probing.brokeUnused(round, 500);
    probing.failed(round, 'refused', 600);
    expect(probing).toMatchObject({ window: 1, failures: 1 });
    expect(probing.opensAt()).toBe(600);
    // What began together with it, or after the connection had broken, tells nothing more.
    probing.failed(round, 'refused', 700);
    probing.failed(round + 1, 'refused', 800);
    expect(probing.failures).toBe(1);
    expect(probing.opensAt()).toBe(600);
  });

  it('does not take a failure for news when the peer has broken more than one unused since that opening began', () => {
    const probing = new Probing();
    const { round } = probing;
    probing.brokeUnused(round, 500);
    probing.brokeUnused(probing.round, 600);
    probing.failed(round, 'refused', 700);
    expect(probing.failures).toBe(0);
    expect(probing.opensAt()).toBe(600);
  });
});
