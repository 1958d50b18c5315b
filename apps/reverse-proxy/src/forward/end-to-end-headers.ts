/**
 * They belong to one connection, not to the message (RFC 9110 §7.6.1), or are said anew on each: `Host`, the framing of the body, and
 * `Expect`, which this proxy has answered. Trailers are not passed on.
 */
const ofOneConnection: ReadonlySet<string> = new Set([
  'connection',
  'expect',
  'host',
  'http2-settings',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** Headers that are passed on, as name, value, name, value, in their order. What `Connection` lists stays behind, too. */
export function endToEndHeaders(headers: Iterable<readonly [name: string, value: string]>): string[] {
  const pairs = [...headers].map(([name, value]) => [name.toLowerCase(), value] as const);
  const listed = pairs.filter(([name]) => name === 'connection').flatMap(([, value]) => value.toLowerCase().split(','));
  const dropped = new Set([...ofOneConnection, ...listed.map((name) => name.trim())]);
  return pairs.filter(([name]) => !dropped.has(name)).flat();
}

/** node:http gives them as they came: name, value, name, value. */
export function* pairsOf(rawHeaders: readonly string[]): Generator<readonly [string, string]> {
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) yield [rawHeaders[at] ?? '', rawHeaders[at + 1] ?? ''];
}
