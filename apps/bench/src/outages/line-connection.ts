import { RawConnection, type Target } from '../sockets/raw-connection.ts';
import { limits } from './limits.ts';

const isLine = (received: string): boolean => received.endsWith('\r\n');

/** A connection to a server of lines, for pools that pool what they are given. */
export class LineConnection {
  readonly raw: RawConnection;

  constructor(raw: RawConnection) {
    this.raw = raw;
  }

  /** Connected and greeted: a black hole takes connections, too. Within `limits.openMs` for both. */
  static async open(target: Target): Promise<LineConnection> {
    const start = performance.now();
    const raw = await RawConnection.connect(target, limits.openMs);
    const leftMs = Math.max(1, limits.openMs - (performance.now() - start));
    await raw.exchange('HELLO\r\n', isLine, leftMs);
    return new LineConnection(raw);
  }

  ask(line: string): Promise<string> {
    return this.raw.exchange(`${line}\r\n`, isLine, limits.answerMs);
  }

  /** Whether it still answers, within `limits.pingMs`. */
  async answers(): Promise<boolean> {
    try {
      await this.raw.exchange('PING\r\n', isLine, limits.pingMs);
      return true;
    } catch {
      return false;
    }
  }
}
