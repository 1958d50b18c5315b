import { type ChildProcess, spawn } from 'node:child_process';

/**
 * Ends a process group and removes a directory when this process is gone, however it went: a test run that is killed runs no exit handler,
 * and a server left behind makes the next run odd. It learns of it by the end of its input. Returns the way to call it off.
 */
export function watchdog(group: number, dir: string): () => void {
  const script = 'read -r _; kill -s KILL -- "-$1" 2>/dev/null; rm -rf -- "$2"';
  const dog: ChildProcess = spawn('sh', ['-c', script, 'watchdog', String(group), dir], {
    // A group of its own: what ends this process must not end the dog first.
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  dog.on('error', () => {});
  dog.stdin?.on('error', () => {});
  dog.unref();
  return () => {
    dog.kill('SIGKILL');
    dog.stdin?.destroy();
  };
}
