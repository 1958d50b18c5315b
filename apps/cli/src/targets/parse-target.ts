import type { Wire } from '@pool/net';
import { usageError } from '../cli-error.ts';
import { httpKind } from './http-target.ts';
import { shownTarget } from './shown-target.ts';
import type { Target } from './target.ts';
import type { TalkOptions, TargetKind } from './target-kind.ts';
import { tcpKind } from './tcp-target.ts';
import { unixKind } from './unix-target.ts';

const targetKinds: readonly TargetKind[] = [tcpKind, unixKind, httpKind];

/** @throws CliError saying what is wrong with it */
export function parseTarget(text: string, options: TalkOptions, timeoutMs: number): Target<Wire> {
  const protocol = /^[a-z][a-z\d+.-]*:/i.exec(text)?.[0].toLowerCase();
  const kind = targetKinds.find((candidate) => candidate.protocol === protocol);
  if (kind === undefined) throw usageError(`unknown target ${shownTarget(text)}; a target is ${usages()}`);
  for (const option of Object.keys(options) as (keyof TalkOptions)[]) {
    if (options[option] !== undefined && !kind.takes.includes(option)) {
      throw usageError(`--${option} means nothing to a target of ${kind.protocol}`);
    }
  }
  return kind.parse(text, options, timeoutMs);
}

export function usages(): string {
  const all = targetKinds.map(({ usage }) => usage);
  return `${all.slice(0, -1).join(', ')} or ${all.at(-1)}`;
}
