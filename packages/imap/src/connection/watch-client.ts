import type { ImapFlow } from 'imapflow';
import { ImapClosedError } from '../errors/imap-closed-error.ts';

/** Tells once when the connection ends, whoever ended it. Returns the way to stop. */
export function watchClient(client: ImapFlow, onBroken: (error: Error) => void): () => void {
  let told = false;
  const tell = (error: Error): void => {
    if (told) return;
    told = true;
    onBroken(error);
  };
  const onError = (error: Error): void => tell(new ImapClosedError(client.byeReason, { cause: error }));
  const onClose = (): void => tell(new ImapClosedError(client.byeReason));
  client.on('error', onError);
  client.on('close', onClose);
  // Its event is past, and will not come again.
  if (client.isClosed) queueMicrotask(onClose);
  return () => {
    told = true;
    client.off('error', onError);
    client.off('close', onClose);
  };
}
