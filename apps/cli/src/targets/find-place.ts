import { usageError } from '../cli-error.ts';
import type { Place } from '../reach/place.ts';
import type { ReachOptions } from '../reach/reach-options.ts';
import { httpKind, httpsKind } from './http-target.ts';
import { shownTarget } from './shown-target.ts';
import type { TalkOptions } from './talk-options.ts';
import type { TargetKind } from './target-kind.ts';
import { tcpKind, tlsKind } from './tcp-target.ts';
import { unixKind } from './unix-target.ts';

const targetKinds: readonly TargetKind[] = [tcpKind, tlsKind, unixKind, httpKind, httpsKind];

/** Where a target is, by the way it is written. @throws CliError saying what is wrong with it, or with an option that means nothing to it */
export function findPlace(
  text: string,
  options: TalkOptions & ReachOptions,
): { readonly kind: TargetKind; readonly place: Place } {
  const protocol = /^[a-z][a-z\d+.-]*:/i.exec(text)?.[0].toLowerCase();
  const kind = targetKinds.find((candidate) => candidate.protocol === protocol);
  if (kind === undefined) throw usageError(`unknown target ${shownTarget(text)}; a target is ${usages()}`);
  for (const option of Object.keys(options) as (keyof typeof options)[]) {
    if (options[option] !== undefined && !kind.takes.includes(option)) {
      throw usageError(`--${option} means nothing to a target of ${kind.protocol}`);
    }
  }
  return { kind, place: kind.place(text) };
}

export function usages(): string {
  const all = targetKinds.map(({ usage }) => usage);
  return `${all.slice(0, -1).join(', ')} or ${all.at(-1)}`;
}
