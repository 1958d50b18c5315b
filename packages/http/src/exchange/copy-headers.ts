/** One header's value as callers give it; null is an empty one, undefined is left out. */
export type HeaderValue = string | readonly string[] | number | boolean | null | undefined;

/** Headers in every shape that undici takes: name and value in turns, pairs (a Map, Headers), or an object. */
export type GivenHeaders =
  | readonly (string | HeaderValue)[]
  | Iterable<readonly [string, HeaderValue]>
  | Readonly<Record<string, HeaderValue>>;

/**
 * A copy as name, value, name, value: what the caller does to its own afterwards changes nothing. What is none of the shapes is passed
 * on for the engine to refuse.
 */
export function copyHeaders(headers: unknown): unknown[] | undefined {
  if (headers === undefined || headers === null) return undefined;
  if (Array.isArray(headers) && !Array.isArray(headers[0])) return headers.slice();
  const flat: unknown[] = [];
  if (typeof headers !== 'object') return [headers];
  if (isIterable(headers)) {
    for (const pair of headers) {
      if (!Array.isArray(pair) || pair.length !== 2) return [pair];
      flat.push(pair[0], pair[1]);
    }
    return flat;
  }
  for (const [name, value] of Object.entries(headers)) flat.push(name, value);
  return flat;
}

function isIterable(headers: object): headers is Iterable<unknown> {
  return Symbol.iterator in headers && typeof headers[Symbol.iterator] === 'function';
}
