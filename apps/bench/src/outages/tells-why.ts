import { RawConnectionError } from '../sockets/raw-connection.ts';

/** Whether an error says what is wrong with the server: it is the failure of a connection, or has something as its cause. */
export function tellsWhy(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const ofTheSystem = 'errno' in error && 'syscall' in error;
  return ofTheSystem || error instanceof RawConnectionError || error.cause instanceof Error;
}
