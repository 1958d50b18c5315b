import type { PoolControl } from '@pool/core';
import { FakeClock } from '@pool/core/testing';
import { Wire } from '@pool/net';
import { socketPair } from '@pool/testkit';
import { expect, onTestFinished, test } from 'vitest';
import { Material } from './client/material.ts';
import { securedSockets } from './client/secured-sockets.ts';
import { ExpiryWatch } from './expiry-watch.ts';

const dayMs = 24 * 60 * 60 * 1000;

interface Scene {
  readonly clock: FakeClock;
  readonly watch: ExpiryWatch;
  readonly told: string[];
  /** Milliseconds of the pool's clock. */
  readonly expiries: number[];
  /** A connection whose certificate is good for so long. */
  wire(fingerprint256: string, lastsMs: number): Promise<Wire>;
}

function scene(): Scene {
  const clock = new FakeClock();
  const told: string[] = [];
  const expiries: number[] = [];
  const pool = {
    now: () => clock.now(),
    notice: (code: string, detail: unknown) => {
      const { certificate, inMs } = detail as {
        readonly certificate: { readonly fingerprint256: string };
        readonly inMs: number;
      };
      told.push(`${code} ${certificate.fingerprint256} in ${inMs / dayMs} days`);
    },
    expireAt: (_wire: Wire, atMs: number) => expiries.push(atMs),
  } as unknown as PoolControl<Wire>;
  const material = new Material({ host: 'localhost', clock, ca: [] });
  const wire = async (fingerprint256: string, lastsMs: number): Promise<Wire> => {
    const { near, close } = await socketPair();
    onTestFinished(close);
    const validTo = clock.wall() + lastsMs;
    const certificate = { subject: 'a', issuer: 'b', names: [], validFrom: 0, validTo, fingerprint256, serialNumber: '1' };
    securedSockets.set(near, { material, name: 'localhost', certificate, verifiedAt: 0, resumed: false });
    return new Wire(near);
  };
  return { clock, watch: new ExpiryWatch(pool), told, expiries, wire };
}

test('connections expire with their certificates, of which each is told about once', async () => {
  const { clock, watch, told, expiries, wire } = scene();
  for (const each of [await wire('A', 10 * dayMs), await wire('A', 10 * dayMs), await wire('B', 40 * dayMs)]) watch.add(each);
  expect(expiries).toEqual([10 * dayMs, 10 * dayMs, 40 * dayMs]);
  await clock.advance(3 * dayMs - 1);
  expect(told).toEqual([]);
  await clock.advance(1);
  expect(told).toEqual(['tls-certificate-expires A in 7 days']);
  await clock.advance(30 * dayMs);
  expect(told).toEqual(['tls-certificate-expires A in 7 days', 'tls-certificate-expires B in 7 days']);
  expect(clock.pending).toBe(0);
});

test('with its last connection a certificate is forgotten, with its timer', async () => {
  const { clock, watch, told, wire } = scene();
  const wires = [await wire('A', 10 * dayMs), await wire('A', 10 * dayMs)] as const;
  for (const each of wires) watch.add(each);
  watch.remove(wires[0]);
  watch.remove(wires[0]);
  expect(clock.pending).toBe(1);
  watch.remove(wires[1]);
  expect(clock.pending).toBe(0);
  await clock.advance(20 * dayMs);
  expect(told).toEqual([]);
});

test('a watch that is stopped has no timer, although connections are left', async () => {
  const { clock, watch, wire } = scene();
  watch.add(await wire('A', 10 * dayMs));
  watch.stop();
  expect(clock.pending).toBe(0);
});

test('a certificate that has expired already expires its connection now; one without a date never', async () => {
  const { clock, watch, expiries, told, wire } = scene();
  await clock.advance(5);
  watch.add(await wire('A', -dayMs));
  watch.add(await wire('B', Number.NaN));
  expect(expiries).toEqual([5]);
  expect(told).toEqual(['tls-certificate-expires A in -1 days']);
});

test('a connection in the clear is none of its business', async () => {
  const { watch, expiries } = scene();
  const { near, close } = await socketPair();
  onTestFinished(close);
  const wire = new Wire(near);
  watch.add(wire);
  watch.remove(wire);
  expect(expiries).toEqual([]);
});
