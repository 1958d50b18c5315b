/** An absolute URL as the origin to connect to and the target to ask for (RFC 9112 §3.2.1). */
export interface SplitUrl {
  readonly origin: string;
  readonly path: string;
}

/**
 * What the URL parser would leave as it is: no dot segments, no characters that it would escape, no fragment, no user and password.
 * Parsing costs more than lending a connection, and almost every URL of a program is written like this.
 */
const plainOrigin = /^https?:\/\/[a-z0-9.:-]+(?=\/)/;
const plainPath = /^[A-Za-z0-9\-_~!$&()*+,;=:@/?.%]+$/;
const dotSegment = /\/(?:\.|%2e)/i;

/** @throws TypeError when it is no absolute URL */
export function splitUrl(url: string | URL): SplitUrl {
  if (typeof url === 'string') {
    const origin = plainOrigin.exec(url)?.[0];
    if (origin !== undefined) {
      const path = url.slice(origin.length);
      if (plainPath.test(path) && !dotSegment.test(path)) return { origin, path };
    }
  }
  const parsed = typeof url === 'string' ? new URL(url) : url;
  return { origin: parsed.origin, path: `${parsed.pathname}${parsed.search}` };
}
