import { expect } from 'vitest';

const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z /;

/** What was told, without when, and without the lines that say how things stand. */
export function told(stdout: string): string[] {
  const lines = stdout.trimEnd().split('\n');
  for (const line of lines) expect(line).toMatch(time);
  return lines.map((line) => line.replace(time, '')).filter((line) => !line.startsWith('status '));
}

const lucky = ['requests fail', 'answered again'];

/** Each kind once, in the order in which they first came. */
export function story(stdout: string): string[] {
  const kinds: readonly (readonly [RegExp, string])[] = [
    [/^watching tcp/, 'watching'],
    [/^#\d+ opened in [\d.]+ m?s, at try \d+$/, 'opened after failures'],
    [/^#\d+ opened in [\d.]+ m?s$/, 'opened'],
    [/^full: \d connections ready after [\d.]+ m?s$/, 'full'],
    [/^#\d+ closed after [\d.]+ s, [\d,]+ leases?: broken, /, 'broken'],
    [/^requests fail: /, 'requests fail'],
    // Reset: it was in the server's queue when that was killed.
    [
      /^try \d+ failed: (connection refused \(ECONNREFUSED\)|the server reset the connection \(ECONNRESET\)); next (at once|in [\d.]+ m?s)$/,
      'refused',
    ],
    [/^full again: \d connections ready, after [\d.]+ m?s$/, 'full again'],
    [/^requests are answered again, after \d+ that failed$/, 'answered again'],
    [/^closing/, 'closing'],
    [/^#\d+ closed after .*: pool-closed$/, 'closed'],
    [/^closed \d connections after [\d.]+ s; nothing was left lent$/, 'farewell'],
    [/^opened \d+, failed to open \d+; closed /, 'counts'],
    [/^\d+ requests? answered, \d+ failed$/, 'requests'],
  ];
  const found = told(stdout).map((line) => kinds.find(([pattern]) => pattern.test(line))?.[1] ?? line);
  // A server that is killed may lose its connections before its port: what comes in between is opened, and broken at once.
  const refusedFrom = found.indexOf('refused');
  const ofTheStory = found.filter((kind, index) => kind !== 'full again' || index > refusedFrom);
  // Requests fail only when one is under way, which takes luck.
  return [...new Set(ofTheStory)].filter((kind) => !lucky.includes(kind));
}

/** That of a server which was killed and came back, and was sent requests. */
export const outageStory: readonly string[] = [
  ...['watching', 'opened', 'full', 'broken', 'refused', 'opened after failures', 'full again'],
  ...['closing', 'closed', 'farewell', 'counts', 'requests'],
];
