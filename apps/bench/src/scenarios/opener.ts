import { setTimeout as sleep } from 'node:timers/promises';
import { Connection } from '../contestants/contestant.ts';

/** Opens connections, after a delay or at once, and counts. */
export class Opener {
  opened = 0;
  opening = 0;
  mostAtOnce = 0;
  /** From now on. */
  delayMs = 0;

  readonly open = async (): Promise<Connection> => {
    const connection = new Connection(++this.opened);
    this.mostAtOnce = Math.max(this.mostAtOnce, ++this.opening);
    if (this.delayMs > 0) await sleep(this.delayMs);
    this.opening--;
    return connection;
  };
}
