import { usageError } from '../cli-error.ts';
import { lineTalk } from './line-talk.ts';
import { talkOptionNames } from './talk-options.ts';
import type { TargetKind } from './target-kind.ts';

const usage = 'unix:/path/of.socket';

export const unixKind: TargetKind = {
  protocol: 'unix:',
  usage,
  takes: talkOptionNames,
  place: (text) => {
    // Not as a URL: a path may hold what a URL would escape.
    const path = text.slice('unix:'.length).replace(/^\/\/(?=\/)/, '');
    if (path === '') throw usageError(`'${text}' names no path; a target is written ${usage}`);
    return { name: `unix:${path}`, address: { path }, secure: false };
  },
  talk: (_place, options, timeoutMs) => lineTalk(options, timeoutMs),
};
