import { type Contestant, longMs } from '../contestants/contestant.ts';
import { TlsConnection } from '../contestants/tls-connection.ts';
import { Opener } from './opener.ts';
import type { Prepared, Sample } from './scenario.ts';

export interface Course {
  /** Connections kept open for it; with none, each use opens one and closes it. */
  readonly warm: number;
  /** Is a line exchanged on each? */
  readonly exchange: boolean;
  readonly count: number;
}

/** One use after another, by one caller. */
export async function oneAfterAnother(contestant: Contestant, { warm, exchange, count }: Course): Promise<Prepared> {
  const subject = await contestant.make({ warm, max: Math.max(10, warm), waitMs: longMs, open: new Opener().open });
  const round = async (): Promise<Sample> => {
    const start = performance.now();
    const before = process.cpuUsage();
    for (let left = count; left > 0; left--) {
      const held = await subject.acquire();
      const connection = subject.connection(held);
      if (exchange && connection instanceof TlsConnection) await connection.exchange();
      subject.release(held);
    }
    const { user, system } = process.cpuUsage(before);
    return { ns: (1000 * (user + system)) / count, ms: (performance.now() - start) / count };
  };
  // Until what is done is compiled.
  for (let left = count > 50 ? 10 : 1; left > 0; left--) await round();
  return { round };
}
