import { InvalidArgumentError } from 'commander';

/** For commander, which puts the name of the option before the message. */
export function integer(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    // `Number` alone would take '', '1e3' and '0x10'.
    if (/^\d+$/.test(text) && value >= least && value <= most) return value;
    throw new InvalidArgumentError(`It must be a whole number from ${least} to ${most}.`);
  };
}

/** An origin, added to those before it. */
export function upstream(text: string, before: readonly string[] | undefined): readonly string[] {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isOrigin = url !== undefined && /^https?:$/.test(url.protocol) && `${url.origin}/` === url.href;
  if (!isOrigin) throw new InvalidArgumentError('It must be http://host:port or https://host:port, without a path.');
  if (before?.includes(url.origin)) throw new InvalidArgumentError('It is given twice.');
  return [...(before ?? []), url.origin];
}

export interface Place {
  readonly host: string;
  readonly port: number;
}

/** `host:port` or `[::1]:port`; port 0 is any that is free. */
export function place(text: string): Place {
  const url = URL.canParse(`tcp://${text}`) ? new URL(`tcp://${text}`) : undefined;
  if (url === undefined || url.host !== text.toLowerCase() || url.hostname === '' || url.port === '') {
    throw new InvalidArgumentError('It must be host:port.');
  }
  return { host: url.hostname.replace(/^\[(.*)\]$/, '$1'), port: Number(url.port) };
}
