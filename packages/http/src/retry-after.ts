/**
 * What `Retry-After` asks for, in milliseconds from now: a number of seconds, or a date (RFC 9110 §10.2.3). Undefined when it cannot be
 * read.
 */
function parse(value: string, now: number): number | undefined {
  if (/^\d+$/.test(value)) return Number(value) * 1000;
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

/** From raw header lines: name, value, name, value. */
export function retryAfterMs(rawHeaders: readonly Buffer[], now: number): number | undefined {
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] as Buffer;
    if (name.length !== 11 || name.toString('latin1').toLowerCase() !== 'retry-after') continue;
    return parse((rawHeaders[at + 1] as Buffer).toString('latin1').trim(), now);
  }
  return undefined;
}

export function retryAfterOf(headers: Headers, now: number): number | undefined {
  const value = headers.get('retry-after');
  return value === null ? undefined : parse(value.trim(), now);
}
