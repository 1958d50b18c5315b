import { tcp } from '@pool/net';
import { usageError } from '../cli-error.ts';
import { lineTalk } from './line-talk.ts';
import { hostOf, parseAddress } from './parse-address.ts';
import type { TargetKind } from './target-kind.ts';

const usage = 'tcp://host:port';

export const tcpKind: TargetKind = {
  protocol: 'tcp:',
  usage,
  takes: ['send', 'expect', 'greeting'],
  parse: (text, options, timeoutMs) => {
    const url = parseAddress(text, usage);
    const port = Number(url.port);
    if (port === 0) throw usageError(`'${text}' names no port; a target is written ${usage}`);
    if (!/^\/?$/.test(url.pathname) || url.search !== '' || url.hash !== '') {
      throw usageError(`'${text}' has something after its port; a target is written ${usage}`);
    }
    const name = `tcp://${url.host}`;
    return { name, connector: tcp({ host: hostOf(url), port }), ...lineTalk(name, options, timeoutMs) };
  },
};
