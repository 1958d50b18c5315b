import { ReadTimeoutError } from '@pool/net';
import { httpWays } from '../ways/http-ways.ts';
import { Deadline } from './deadline.ts';
import { readAnswer } from './http-answer.ts';
import { hostOf, parseAddress } from './parse-address.ts';
import type { TargetKind } from './target-kind.ts';

export const httpKind = kind('http:', 80, []);
export const httpsKind = kind('https:', 443, ['ca', 'cert', 'key', 'servername']);

/** A GET: through @pool/http where requests are what counts, and over a wire where single connections are watched. */
function kind(protocol: string, defaultPort: number, takes: TargetKind['takes']): TargetKind {
  const usage = `${protocol}//host[:port]/path`;
  return {
    protocol,
    usage,
    takes,
    place: (text) => {
      const url = parseAddress(text, usage);
      const port = url.port === '' ? defaultPort : Number(url.port);
      const name = `${protocol}//${url.host}${url.pathname}${url.search}`;
      return { name, address: { host: hostOf(url), port }, secure: protocol === 'https:' };
    },
    talk: ({ name }) => ({ init: [], ask: askOver(name) }),
    ways: ({ place, material }) => httpWays(place.name, material),
  };
}

function askOver(name: string): ReturnType<TargetKind['talk']>['ask'] {
  const { host, pathname, search } = new URL(name);
  const request = `GET ${pathname}${search} HTTP/1.1\r\nHost: ${host}\r\nUser-Agent: pool\r\nAccept: */*\r\n\r\n`;
  return async (wire, timeoutMs) => {
    const deadline = new Deadline(timeoutMs);
    try {
      await wire.write(request, { timeoutMs });
      await readAnswer(wire, deadline);
    } catch (error) {
      if (!(error instanceof ReadTimeoutError)) throw error;
      throw new ReadTimeoutError(`no whole answer came within ${timeoutMs} ms`, timeoutMs, { cause: error });
    }
  };
}
