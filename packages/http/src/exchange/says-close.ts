/** Methods whose body means something: the engine's list. */
const payloadMethods: ReadonlySet<string> = new Set(['PUT', 'POST', 'PATCH', 'QUERY', 'PROPFIND', 'PROPPATCH']);

/** Does the engine tell the server `Connection: close`, or close by itself after the response? */
export function saysClose(request: {
  readonly method: string;
  readonly headers: readonly unknown[] | undefined;
  readonly body: unknown;
  readonly upgrade: unknown;
  readonly reset: boolean | null | undefined;
}): boolean {
  const { method, headers, body, upgrade, reset } = request;
  if (reset === true || upgrade) return true;
  // A body where none belongs may be taken for the next request.
  if (body !== undefined && body !== null && body !== '' && reset !== false && !payloadMethods.has(method)) return true;
  if (headers === undefined) return false;
  for (let at = 0; at < headers.length; at += 2) {
    const name = headers[at];
    if (typeof name !== 'string' || name.length !== 10 || name.toLowerCase() !== 'connection') continue;
    const options = String(headers[at + 1])
      .toLowerCase()
      .split(',');
    if (options.some((option) => option.trim() === 'close')) return true;
  }
  return false;
}
