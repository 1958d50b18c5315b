/** How to start a real server, and when it is ready. */
export interface Recipe {
  readonly name: string;
  /** The program; looked for on PATH and where Debian keeps servers. */
  readonly binary: string;
  /** What to install when it is missing. */
  readonly aptPackage: string;
  /** Names of the ports it needs; each is a free one of 127.0.0.1. @default ['main'] */
  readonly ports?: readonly string[];
  /** Write what it needs into `site.dir`, and say how to start it in the foreground. Called again for a restart. */
  prepare(site: Site): Command | PromiseLike<Command>;
  /** Throw while it does not serve yet; asked again every few milliseconds. @default every port accepts connections */
  ready?(site: Site): void | PromiseLike<void>;
  /** What makes it end without waiting for its clients. @default 'SIGTERM' */
  readonly stopSignal?: NodeJS.Signals;
}

/** Where one server lives. */
export interface Site {
  /** A directory of its own, removed afterwards; readable for other users, since some servers change theirs. */
  readonly dir: string;
  /** @throws Error when the recipe has no port of this name */
  port(name?: string): number;
}

export interface Command {
  readonly args: readonly string[];
  /** In addition to this process's own. */
  readonly env?: Readonly<Record<string, string>>;
  /** Run it as somebody else, which only root can. @default as whom this process runs */
  readonly account?: { readonly uid: number; readonly gid: number };
}
