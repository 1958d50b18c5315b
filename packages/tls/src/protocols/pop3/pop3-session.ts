import { ProtocolError } from '@pool/net';
import type { Dialogue } from '../dialogue.ts';
import { greet } from '../greet.ts';

/** RFC 1939 section 3, RFC 5034 section 4. */
export interface Pop3Answer {
  readonly status: '+OK' | '-ERR' | '+';
  readonly text: string;
}

export async function hearPop3Answer(dialogue: Dialogue, to: string): Promise<Pop3Answer> {
  const line = await dialogue.hear();
  const match = /^(\+OK|-ERR|\+)(?: (.*))?$/.exec(line);
  if (match === null) throw new ProtocolError(`the POP3 server answered ${to} with neither +OK nor -ERR`, { received: line });
  return { status: match[1] as Pop3Answer['status'], text: match[2] ?? '' };
}

export async function readPop3Greeting(dialogue: Dialogue): Promise<void> {
  await greet(dialogue.wire, async () => {
    const { status, text } = await hearPop3Answer(dialogue, 'the connection');
    if (status !== '+OK') throw new ProtocolError('the POP3 server greeted with -ERR: it does not serve now', { received: text });
  });
}

/** CAPA tags in capitals, with their parameters (RFC 2449); undefined from a server that does not know the command. */
export async function askPop3Capabilities(dialogue: Dialogue): Promise<ReadonlyMap<string, readonly string[]> | undefined> {
  await dialogue.ask('CAPA', 'CAPA');
  const { status } = await hearPop3Answer(dialogue, 'CAPA');
  if (status === '-ERR') return undefined;
  if (status === '+') throw new ProtocolError('the POP3 server answered CAPA with neither +OK nor -ERR');
  const capabilities = new Map<string, readonly string[]>();
  for (;;) {
    const line = await dialogue.hear();
    if (line === '.') return capabilities;
    const [name = '', ...parameters] = line.toUpperCase().split(' ');
    capabilities.set(name, parameters);
  }
}
