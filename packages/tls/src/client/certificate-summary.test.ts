import type { PeerCertificate } from 'node:tls';
import { expect, test } from 'vitest';
import { summarize } from './certificate-summary.ts';

function summaryOf(certificate: Partial<Record<keyof PeerCertificate, unknown>>): ReturnType<typeof summarize> {
  const fields = {
    valid_from: 'Nov 21 07:12:02 2026 GMT',
    valid_to: 'Feb  1 00:00:00 2027 GMT',
    fingerprint256: 'AA:BB',
    serialNumber: '0F',
  };
  return summarize({ ...fields, ...certificate } as PeerCertificate);
}

test('what is kept of a certificate', () => {
  const subjectaltname = 'DNS:localhost, DNS:*.test, IP Address:127.0.0.1, URI:http://elsewhere, email:a@b.test';
  expect(summaryOf({ subject: { CN: 'localhost' }, issuer: { CN: 'authority', O: 'company' }, subjectaltname })).toEqual({
    subject: 'localhost',
    issuer: 'authority',
    names: ['localhost', '*.test', '127.0.0.1'],
    validFrom: Date.UTC(2026, 10, 21, 7, 12, 2),
    validTo: Date.UTC(2027, 1, 1),
    fingerprint256: 'AA:BB',
    serialNumber: '0F',
  });
});

test('names that try to look like several are one name', () => {
  const subjectaltname = 'DNS:"good.test, DNS:evil.test", DNS:"quote\\".test", DNS:last.test';
  expect(summaryOf({ subjectaltname }).names).toEqual(['good.test, DNS:evil.test', 'quote".test', 'last.test']);
});

test('a certificate may lack all names', () => {
  expect(summaryOf({})).toMatchObject({ subject: undefined, issuer: undefined, names: [] });
});

test('one that was signed by a nameless authority is known by its organisation', () => {
  expect(summaryOf({ issuer: { O: 'company' }, subject: { CN: ['a', 'b'] } })).toMatchObject({
    issuer: 'company',
    subject: 'a, b',
  });
});
