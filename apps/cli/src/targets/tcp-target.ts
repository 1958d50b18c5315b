import { usageError } from '../cli-error.ts';
import { lineTalk } from './line-talk.ts';
import { hostOf, parseAddress } from './parse-address.ts';
import { talkOptionNames } from './talk-options.ts';
import type { TargetKind } from './target-kind.ts';

const aboutTls = ['user', 'login', 'ca', 'cert', 'key', 'servername'] as const;

export const tcpKind = kind('tcp:', [...talkOptionNames, 'starttls', ...aboutTls], false);
export const tlsKind = kind('tls:', [...talkOptionNames, ...aboutTls], true);

function kind(protocol: string, takes: TargetKind['takes'], secure: boolean): TargetKind {
  const usage = `${protocol}//host:port`;
  return {
    protocol,
    usage,
    takes,
    place: (text) => {
      const url = parseAddress(text, usage);
      const port = Number(url.port);
      if (port === 0) throw usageError(`'${text}' names no port; a target is written ${usage}`);
      if (!/^\/?$/.test(url.pathname) || url.search !== '' || url.hash !== '') {
        throw usageError(`'${text}' has something after its port; a target is written ${usage}`);
      }
      return { name: `${protocol}//${url.host}`, address: { host: hostOf(url), port }, secure };
    },
    talk: (_place, options, timeoutMs) => lineTalk(options, timeoutMs),
  };
}
