import { type Command, InvalidArgumentError, Option } from 'commander';
import { passwordVariable } from '../input/secrets.ts';
import { type ProtocolName, protocolNames } from '../protocols/protocol.ts';

/** How to get to a target, and to be let in. The same for every command that takes one. */
export interface ReachOptions {
  /** From the clear to TLS in the words of this protocol. */
  readonly starttls?: ProtocolName;
  /** Log in as this user; the password is never in the command line, which others can see. */
  readonly user?: string;
  /** Whose words to use for that. */
  readonly login?: ProtocolName;
  /** Files in PEM: authorities to trust, own certificate, own key. */
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  /** To check the certificate against instead of the host. */
  readonly servername?: string;
}

export const reachOptionNames = [
  'starttls',
  'user',
  'login',
  'ca',
  'cert',
  'key',
  'servername',
] as const satisfies readonly (keyof ReachOptions)[];

export function addReachOptions(command: Command): Command {
  return command
    .addOption(new Option('--starttls <protocol>', 'begin in the clear, and go on in TLS').choices(protocolNames))
    .option('--user <name>', `log in; the password is taken from ${passwordVariable}, or asked for`, given)
    .addOption(
      new Option(
        '--login <protocol>',
        'how to log in (default: that of --starttls, or that of the port, when it has one)',
      ).choices(protocolNames),
    )
    .option('--ca <file>', 'trust these authorities instead of those Node comes with (PEM)', given)
    .option('--cert <file>', 'show this certificate; the file may hold its key, too (PEM)', given)
    .option('--key <file>', 'the key of --cert, when it is in another file (PEM)', given)
    .option('--servername <name>', 'the name the certificate must have (default: the host of the target)', given);
}

/** Those of a command's options that are meant here. */
export function reachOptions(options: ReachOptions): ReachOptions {
  return Object.fromEntries(reachOptionNames.map((name) => [name, options[name]]).filter(([, value]) => value !== undefined));
}

function given(text: string): string {
  if (text === '') throw new InvalidArgumentError('It must not be empty.');
  return text;
}
