/**
 * The process of the embedded server. It is one of its own, so that its work is not done in the time that is measured, and so that it
 * can be killed as servers are: at once, in the middle of an answer.
 */
import { listenOn } from './listen-on.ts';
import type { ListenOrder, ServerReport } from './messages.ts';
import { PasswordCheck } from './password-check.ts';
import { Session } from './session.ts';

function report(message: ServerReport): void {
  process.send?.(message);
}

async function obey({ port, latencyMs, secret }: ListenOrder): Promise<void> {
  const passwords = await PasswordCheck.of(secret);
  const listening = await listenOn(port, (socket) => new Session(socket, { latencyMs, passwords }));
  report({ kind: 'listening', port: listening });
}

process.on('message', (order: ListenOrder) => {
  obey(order).catch((error: unknown) => report({ kind: 'failed', message: (error as Error).message }));
});
// Ctrl-C is meant for the command, which ends this one when it needs it no more.
process.on('SIGINT', () => {});
// Nobody is left to serve: the command ended, in whatever way.
process.on('disconnect', () => process.exit());
report({ kind: 'up' });
