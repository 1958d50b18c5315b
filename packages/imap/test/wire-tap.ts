import { connect, createServer, type Socket } from 'node:net';
import { freePort } from '@pool/testkit';
import { onTestFinished } from 'vitest';

/** Stands between a client and a server that talk in the clear, and writes down what the client says. */
export interface WireTap {
  readonly port: number;
  /** Commands of all connections in order, without their tags: `SELECT INBOX`. */
  readonly commands: readonly string[];
  /** How many begin with this. */
  count(command: string): number;
}

export async function wireTap(target: number): Promise<WireTap> {
  const port = await freePort();
  const commands: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const peer = connect(target, '127.0.0.1');
    for (const socket of [client, peer]) sockets.add(socket.on('error', () => {}));
    let rest = '';
    client.on('data', (bytes) => {
      const lines = (rest + bytes.toString('latin1')).split('\r\n');
      rest = lines.pop() ?? '';
      for (const line of lines) commands.push(line.replace(/^[0-9A-F]+ /, ''));
    });
    client.pipe(peer).pipe(client);
    client.on('close', () => peer.destroy());
    peer.on('close', () => client.destroy());
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return { port, commands, count: (command) => commands.filter((line) => line.startsWith(command)).length };
}
