import { usageError } from '../cli-error.ts';
import { shownTarget } from './shown-target.ts';

/** The parts of a target that is written as a URL. @throws CliError */
export function parseAddress(text: string, usage: string): URL {
  if (!URL.canParse(text)) throw usageError(`${shownTarget(text)} cannot be understood; a target is written ${usage}`);
  const url = new URL(text);
  if (url.username !== '' || url.password !== '') {
    throw usageError(`${shownTarget(text)}: a target takes no user and password; it is written ${usage}`);
  }
  if (url.hostname === '') throw usageError(`'${text}' names no host; a target is written ${usage}`);
  return url;
}

/** Node wants an IPv6 address without its brackets. */
export function hostOf(url: URL): string {
  return url.hostname.replace(/^\[(.*)\]$/, '$1');
}
