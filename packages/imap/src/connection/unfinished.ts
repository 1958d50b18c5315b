import type { ImapFlow } from 'imapflow';

/** What a client was left in the middle of. */
export interface Unfinished {
  /** Commands end by themselves, IDLE when it is broken: waiting may help. */
  readonly commands: readonly string[];
  /** Nothing but whoever began it could end it. */
  readonly held: readonly string[];
}

/**
 * imapflow says nowhere what it is in the middle of; these fields do, in all releases from 2.1.2 to 2.10.2. A release that has renamed one is
 * taken to be in the middle of something: its connections are used once.
 */
export function unfinished(client: ImapFlow): Unfinished {
  const running: unknown = Reflect.get(client, 'currentRequest');
  const queued: unknown = Reflect.get(client, 'requestQueue');
  const lock: unknown = Reflect.get(client, 'currentLock');
  const locks: unknown = Reflect.get(client, 'locks');
  const downloads: unknown = Reflect.get(client, '_openDownloads');
  if (running === undefined || lock === undefined || !isList(queued) || !isList(locks) || typeof downloads !== 'number') {
    return { commands: [], held: ['something that this release of imapflow does not show'] };
  }
  if (!running && !lock && queued.length + locks.length + downloads === 0) return nothing;
  return {
    commands: [...(running ? [nameOf(running)] : []), ...queued.map(nameOf)],
    held: [
      ...(lock ? ['a mailbox lock'] : []),
      ...locks.map(() => 'a wait for a mailbox lock'),
      ...(downloads > 0 ? ['a download'] : []),
    ],
  };
}

const nothing: Unfinished = { commands: [], held: [] };

function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}

/** The name alone: what follows it may be a password. */
function nameOf(request: unknown): string {
  const name: unknown = typeof request === 'object' && request !== null ? Reflect.get(request, 'command') : undefined;
  return typeof name === 'string' ? name : 'a command';
}
