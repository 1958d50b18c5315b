import { type ScriptedServer, scriptedServer } from '../starttls/scripted-peer.ts';

/** What a client is expected to say, and the answer to it: lines, with line ends between. In order. */
export type Turn = readonly [said: string | RegExp, answer: string];

/** A server that greets and then holds this one conversation; whatever else a client says ends it. */
export function dialogueServer(greeting: string | undefined, turns: readonly Turn[]): Promise<ScriptedServer> {
  return scriptedServer(async (peer) => {
    if (greeting !== undefined) peer.say(greeting);
    let tag = '';
    for (const [said, answer] of turns) {
      let line = await peer.line();
      // The tag of an IMAP command is random: TAG stands for it.
      const tagged = /^(P[0-9a-f]{8}) /.exec(line);
      if (tagged !== null) tag = tagged[1] ?? '';
      if (tag !== '') line = line.replace(tag, 'TAG');
      if (typeof said === 'string' ? line !== said : !said.test(line)) throw new Error(`expected ${said}, got ${line}`);
      if (answer !== '') peer.say(...answer.replaceAll('TAG', tag).split('\n'));
    }
    await peer.ended();
  });
}

export function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}
