import { ReadTimeoutError } from '@pool/net';
import { Deadline } from './deadline.ts';
import { readAnswer } from './http-answer.ts';
import { hostOf, parseAddress } from './parse-address.ts';
import type { TargetKind } from './target-kind.ts';

const usage = 'http://host[:port]/path';

/** A plain GET over a wire. */
export const httpKind: TargetKind = {
  protocol: 'http:',
  usage,
  takes: [],
  place: (text) => {
    const url = parseAddress(text, usage);
    const port = url.port === '' ? 80 : Number(url.port);
    return { name: `http://${url.host}${url.pathname}${url.search}`, address: { host: hostOf(url), port }, secure: false };
  },
  talk: ({ name }) => {
    const { host, pathname, search } = new URL(name);
    const request = `GET ${pathname}${search} HTTP/1.1\r\nHost: ${host}\r\nUser-Agent: pool\r\nAccept: */*\r\n\r\n`;
    return {
      init: [],
      ask: async (wire, timeoutMs) => {
        const deadline = new Deadline(timeoutMs);
        try {
          await wire.write(request, { timeoutMs });
          await readAnswer(wire, deadline);
        } catch (error) {
          if (!(error instanceof ReadTimeoutError)) throw error;
          throw new ReadTimeoutError(`no whole answer came within ${timeoutMs} ms`, timeoutMs, { cause: error });
        }
      },
    };
  },
};
