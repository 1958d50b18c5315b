import { ReadTimeoutError, tcp } from '@pool/net';
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
  parse: (text) => {
    const url = parseAddress(text, usage);
    const port = url.port === '' ? 80 : Number(url.port);
    const path = `${url.pathname}${url.search}`;
    const request = `GET ${path} HTTP/1.1\r\nHost: ${url.host}\r\nUser-Agent: pool-bench\r\nAccept: */*\r\n\r\n`;
    return {
      name: `http://${url.host}${path}`,
      connector: tcp({ host: hostOf(url), port }),
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
