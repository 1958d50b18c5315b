import type { FastifyRequest } from 'fastify';

/** Said by this proxy alone: what a client says of itself is no evidence. */
const own: ReadonlySet<string> = new Set(['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto']);

/**
 * Who asked, and for what, before this proxy came between. `ips`, `host` and `protocol` are fastify's: of whom it was told to trust they
 * are what that proxy says, of others what the socket says.
 */
export function forwardingHeaders(request: FastifyRequest, endToEnd: readonly string[]): string[] {
  const passed: string[] = [];
  const via: string[] = [];
  for (let at = 0; at + 1 < endToEnd.length; at += 2) {
    const [name = '', value = ''] = endToEnd.slice(at, at + 2);
    if (name === 'via') via.push(value);
    else if (!own.has(name)) passed.push(name, value);
  }
  const ips = request.ips ?? [request.ip];
  return [
    ...passed,
    'x-forwarded-for',
    [...ips].reverse().join(', '),
    'x-forwarded-host',
    request.host,
    'x-forwarded-proto',
    request.protocol,
    // A proxy says that it was there (RFC 9110 §7.6.3).
    'via',
    [...via, `${request.raw.httpVersion} pool`].join(', '),
  ];
}
