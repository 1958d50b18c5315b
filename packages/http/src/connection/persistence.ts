/** What the server says about the connection in a response. */
export interface Persistence {
  /** `Connection: close` in any case and anywhere in the list: RFC 9112 §9.6. */
  readonly closes: boolean;
  /** `Keep-Alive: timeout`; `Infinity` when it says nothing. */
  readonly allowedIdleMs: number;
  /** `Keep-Alive: max`: requests that are still allowed; `Infinity` when it says nothing. */
  readonly remaining: number;
}

/**
 * Reads raw header lines (name, value, name, value); undefined when none of them says anything. Called for every response, so it looks at
 * lengths and first letters first. `Keep-Alive` is mentioned by RFC 9112 and described in RFC 2068 §19.7.1.1.
 */
export function persistence(rawHeaders: readonly Buffer[]): Persistence | undefined {
  let found: Persistence | undefined;
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] as Buffer;
    if (name.length !== 10) continue;
    const value = rawHeaders[at + 1] as Buffer;
    const first = (name[0] as number) | 0x20;
    // `keep-alive` is what almost every `Connection` says, and needs no reading.
    if (first === c && value.length !== 10 && is(name, 'connection')) found = withConnection(value, found);
    else if (first === k && is(name, 'keep-alive')) found = withKeepAlive(value, found);
  }
  return found;
}

const c = 0x63;
const k = 0x6b;
const nothing: Persistence = { closes: false, allowedIdleMs: Infinity, remaining: Infinity };

function is(name: Buffer, expected: string): boolean {
  return name.toString('latin1').toLowerCase() === expected;
}

function withConnection(value: Buffer, before = nothing): Persistence | undefined {
  const options = value.toString('latin1').toLowerCase().split(',');
  return options.some((option) => option.trim() === 'close') ? { ...before, closes: true } : before;
}

function withKeepAlive(value: Buffer, before = nothing): Persistence {
  const hint = keepAliveHint(value.toString('latin1'));
  return {
    ...before,
    allowedIdleMs: Math.min(hint.allowedIdleMs, before.allowedIdleMs),
    remaining: Math.min(hint.remaining, before.remaining),
  };
}

/** What a `Keep-Alive` field says. */
export function keepAliveHint(value: string): Pick<Persistence, 'allowedIdleMs' | 'remaining'> {
  return {
    allowedIdleMs: number(/(?:^|[,;\s])timeout\s*=\s*"?(\d+)/i.exec(value)) * 1000,
    remaining: number(/(?:^|[,;\s])max\s*=\s*"?(\d+)/i.exec(value)),
  };
}

function number(match: RegExpExecArray | null): number {
  return match === null ? Infinity : Number(match[1]);
}
